#pragma once

#include <gmock/gmock.h>

#include "api/json.h"
#include "certs/authority/testing/authority_fixture.h"
#include "certs/issuer/permitted_names.h"
#include "control/authorities/live_authority_desk.h"

namespace gatehouse::control::testing {

inline constexpr const char* kPassphrase = "correct-Horse-7h2k-battery-9x4m-staple";

// The desk on authorities in memory, and everything that it has answered.
class DeskFixture : public certs::testing::AuthorityFixture {
 protected:
  LiveAuthorityDesk& desk() {
    if (desk_) return *desk_;
    desk_.emplace(LiveAuthorityDesk::Parts{
        .reactor = reactor,
        .events = events,
        .certificates = store(),
        .authorities = authorities(),
        .machine_names =
            [] {
              certs::MachineNames names;
              names.short_name = ServerName::parse("gate1").value();
              return names;
            },
        .machine_anchor = [this] { return anchor; },
        .machine_constraints = [] { return certs::parse_permitted("moved.example"); },
        .take_up = [this](std::string why, Caller who,
                          std::vector<certs::Record>) { return take_up(why, who); }});
    return *desk_;
  }
  io::Task<Result<api::ChangeResponse>> take_up(std::string why, Caller who) {
    taken_up.push_back(why + " by " + who.name);
    co_return change;
  }
  // Every answer is looked at by the tests about keys.
  template <class Response>
  Result<Response> ask(io::Task<Result<Response>> task) {
    auto answer = run(std::move(task));
    answers.push_back(answer ? answer->SerializeAsString() + api::to_json(*answer)
                             : answer.error().what);
    return answer;
  }
  static Caller caller() { return {.name = "ops", .uid = 1000}; }

  api::InitAuthorityRequest init_request(const std::string& text = "plant") {
    api::InitAuthorityRequest request;
    request.set_name(text);
    request.add_permitted(".plant4.local");
    request.add_permitted("10.20.0.0/16");
    return request;
  }
  Result<api::InitAuthorityResponse> init_at_desk(const std::string& text = "plant") {
    return ask(desk().init(init_request(text), caller()));
  }
  static api::IssueRequest issue_request(const std::vector<std::string>& names) {
    api::IssueRequest request;
    request.set_authority("plant");
    for (const auto& name : names) request.add_names(name);
    return request;
  }
  Result<api::IssueResponse> issue_at_desk(api::IssueRequest request) {
    return ask(desk().issue(std::move(request), caller()));
  }
  Result<api::GetAuthorityResponse> show(const std::string& text = "plant") {
    api::GetAuthorityRequest request;
    request.set_name(text);
    return ask(desk().get(request, caller()));
  }
  Result<api::DetachRootResponse> detach(std::string written = "",
                                         const std::string& passphrase = kPassphrase) {
    api::DetachRootRequest request;
    request.set_name("plant");
    request.set_passphrase(passphrase);
    request.set_written(std::move(written));
    return ask(desk().detach(std::move(request), caller()));
  }
  Result<api::AttachRootResponse> attach(const std::string& file,
                                         const std::string& passphrase = kPassphrase) {
    api::AttachRootRequest request;
    request.set_name("plant");
    request.set_file(file);
    request.set_passphrase(passphrase);
    return ask(desk().attach(std::move(request), caller()));
  }
  template <class Response>
  static ErrorKind kind_of(const Result<Response>& answer) {
    EXPECT_FALSE(answer);
    return answer ? ErrorKind::failed : answer.error().kind;
  }

  EventLogOptions quiet{.fd = -1};
  EventLog events{quiet, clock};
  std::optional<crypto::Certificate> anchor;
  std::vector<std::string> answers;
  Result<api::ChangeResponse> change;  // of what is served
  std::vector<std::string> taken_up;

 private:
  std::optional<LiveAuthorityDesk> desk_;
};

}  // namespace gatehouse::control::testing
