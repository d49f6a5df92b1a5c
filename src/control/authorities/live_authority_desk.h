#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/event_log.h"
#include "certs/authority/authority_store.h"
#include "certs/machine_names.h"
#include "control/authorities/words.h"
#include "control/authority_desk.h"
#include "io/reactor.h"

namespace gatehouse::control {

// The desk of a running program. Who takes a key off the machine, or brings it back, is told in the
// event log.
class LiveAuthorityDesk final : public AuthorityDesk {
 public:
  struct Parts {
    io::Reactor& reactor;
    EventLog& events;
    certs::CertificateStore& certificates;
    certs::AuthorityStore& authorities;
    std::function<certs::MachineNames()> machine_names;
    // The root of the CA that gatehouse made for itself, where it has one.
    std::function<std::optional<crypto::Certificate>()> machine_anchor;
    // What the next root of that one may certify: the machine as it is now, and --permit.
    std::function<Result<crypto::NameConstraints>()> machine_constraints = {};
    // Serves what the store holds now, as a change with plan and proof; see LiveControlPlane.
    std::function<io::Task<Result<api::ChangeResponse>>(std::string why, Caller caller,
                                                        std::vector<certs::Record> arrived)>
        take_up;
    // There is a CA or a root that was not there before.
    std::function<void()> roots_changed = {};
  };
  // Borrows what Parts refers to.
  explicit LiveAuthorityDesk(Parts parts) : parts_(std::move(parts)) {}

  Answer<api::ListAuthoritiesResponse> list(api::ListAuthoritiesRequest request,
                                            Caller caller) override;
  Answer<api::GetAuthorityResponse> get(api::GetAuthorityRequest request, Caller caller) override;
  Answer<api::InitAuthorityResponse> init(api::InitAuthorityRequest request,
                                          Caller caller) override;
  Answer<api::IssueResponse> issue(api::IssueRequest request, Caller caller) override;
  Answer<api::RotateAuthorityResponse> rotate(api::RotateAuthorityRequest request,
                                              Caller caller) override;
  Answer<api::TrustRootResponse> trust(api::TrustRootRequest request, Caller caller) override;
  Answer<api::RevokeResponse> revoke(api::RevokeRequest request, Caller caller) override;
  Answer<api::CrlResponse> crl(api::CrlRequest request, Caller caller) override;
  Answer<api::DetachRootResponse> detach(api::DetachRootRequest request, Caller caller) override;
  Answer<api::AttachRootResponse> attach(api::AttachRootRequest request, Caller caller) override;

 private:
  io::Deadline deadline() const;
  WallTime now() const { return parts_.reactor.clock().wall(); }
  static certs::Cause cause(const Caller& caller, const std::string& why, std::string_view what);
  Answer<certs::Authority> authority(std::string name) const;
  Answer<Issued> issued(certs::AuthorityName name) const;
  Answer<api::AuthorityRow> row(certs::Authority authority) const;
  Answer<Ok> add_rows(const certs::Authority& authority, Issued all,
                      api::GetAuthorityResponse& to) const;
  Answer<Ok> check_free(std::string name) const;
  Answer<api::IssueResponse> certify(certs::Authority authority, api::IssueRequest request,
                                     Caller caller);
  // What a person calls by its serial number, thumbprint, names, or its name in the store.
  Answer<certs::KeptIssued> issued_called(certs::AuthorityName name, std::string text) const;
  Answer<std::optional<certs::RecordId>> record_called(std::string text) const;
  Answer<Ok> add_chain(const certs::Authority& authority, certs::IssuedCertificate issued,
                       api::GetAuthorityResponse& to) const;
  // Of those that are still in the store.
  Answer<std::map<certs::RecordId, std::string>> names_of(
      std::vector<certs::RecordId> records) const;
  Answer<Ok> take_up(certs::Together undo, std::vector<certs::Record> arrived, certs::Cause cause,
                     Caller caller, api::IssueResponse& response);
  // The default identity is of the machine's CA, and follows what changes there. A note where it
  // does not; none for other CAs.
  io::Task<std::optional<std::string>> follow_machine(certs::AuthorityName name, std::string why,
                                                      Caller caller);
  Answer<certs::Together> undo_of(const certs::Destination& destination) const;
  Result<std::optional<crypto::NameConstraints>> next_constraints(
      const certs::AuthorityName& name) const;
  Answer<certs::Destination> destination(const api::IssueRequest& request) const;
  Answer<api::DetachRootResponse> take_off(certs::Authority authority,
                                           api::DetachRootRequest request, Caller caller);
  Answer<api::DetachRootResponse> erase(certs::Authority authority, api::DetachRootRequest request,
                                        Caller caller);

  Parts parts_;
};

}  // namespace gatehouse::control
