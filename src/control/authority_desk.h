#pragma once

#include "api/messages.h"
#include "base/result.h"
#include "control/control_plane.h"
#include "io/task.h"

namespace gatehouse::control {

// What the API does with local CAs. Control thread only. Errors are those of the API. No answer
// holds a private key but those of issue() and detach(), and there it is encrypted.
class AuthorityDesk {
 public:
  template <class Response>
  using Answer = io::Task<Result<Response>>;

  virtual ~AuthorityDesk() = default;

  virtual Answer<api::ListAuthoritiesResponse> list(api::ListAuthoritiesRequest request,
                                                    Caller caller) = 0;
  virtual Answer<api::GetAuthorityResponse> get(api::GetAuthorityRequest request,
                                                Caller caller) = 0;
  virtual Answer<api::InitAuthorityResponse> init(api::InitAuthorityRequest request,
                                                  Caller caller) = 0;
  virtual Answer<api::IssueResponse> issue(api::IssueRequest request, Caller caller) = 0;
  virtual Answer<api::RotateAuthorityResponse> rotate(api::RotateAuthorityRequest request,
                                                      Caller caller) = 0;
  virtual Answer<api::TrustRootResponse> trust(api::TrustRootRequest request, Caller caller) = 0;
  virtual Answer<api::RevokeResponse> revoke(api::RevokeRequest request, Caller caller) = 0;
  virtual Answer<api::CrlResponse> crl(api::CrlRequest request, Caller caller) = 0;
  virtual Answer<api::DetachRootResponse> detach(api::DetachRootRequest request, Caller caller) = 0;
  virtual Answer<api::AttachRootResponse> attach(api::AttachRootRequest request, Caller caller) = 0;
};

}  // namespace gatehouse::control
