#pragma once

#include <string>
#include <vector>

#include "control/authority_desk.h"

namespace gatehouse::admin::testing {

// Answers nothing in particular, and remembers who asked for what.
class FakeAuthorityDesk final : public control::AuthorityDesk {
 public:
  std::vector<std::string> calls;
  std::vector<control::Caller> callers;

  Answer<api::ListAuthoritiesResponse> list(api::ListAuthoritiesRequest /*request*/,
                                            control::Caller caller) override {
    co_return answer<api::ListAuthoritiesResponse>("list", std::move(caller));
  }
  Answer<api::GetAuthorityResponse> get(api::GetAuthorityRequest /*request*/,
                                        control::Caller caller) override {
    co_return answer<api::GetAuthorityResponse>("get", std::move(caller));
  }
  Answer<api::InitAuthorityResponse> init(api::InitAuthorityRequest /*request*/,
                                          control::Caller caller) override {
    co_return answer<api::InitAuthorityResponse>("init", std::move(caller));
  }
  Answer<api::IssueResponse> issue(api::IssueRequest /*request*/, control::Caller caller) override {
    co_return answer<api::IssueResponse>("issue", std::move(caller));
  }
  Answer<api::RotateAuthorityResponse> rotate(api::RotateAuthorityRequest /*request*/,
                                              control::Caller caller) override {
    co_return answer<api::RotateAuthorityResponse>("rotate", std::move(caller));
  }
  Answer<api::TrustRootResponse> trust(api::TrustRootRequest /*request*/,
                                       control::Caller caller) override {
    co_return answer<api::TrustRootResponse>("trust", std::move(caller));
  }
  Answer<api::RevokeResponse> revoke(api::RevokeRequest /*request*/,
                                     control::Caller caller) override {
    co_return answer<api::RevokeResponse>("revoke", std::move(caller));
  }
  Answer<api::CrlResponse> crl(api::CrlRequest /*request*/, control::Caller caller) override {
    co_return answer<api::CrlResponse>("crl", std::move(caller));
  }
  Answer<api::DetachRootResponse> detach(api::DetachRootRequest /*request*/,
                                         control::Caller caller) override {
    co_return answer<api::DetachRootResponse>("detach", std::move(caller));
  }
  Answer<api::AttachRootResponse> attach(api::AttachRootRequest /*request*/,
                                         control::Caller caller) override {
    co_return answer<api::AttachRootResponse>("attach", std::move(caller));
  }

 private:
  template <class Message>
  Result<Message> answer(std::string call, control::Caller caller) {
    calls.push_back(std::move(call));
    callers.push_back(std::move(caller));
    return Message{};
  }
};

}  // namespace gatehouse::admin::testing
