#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/event_log.h"
#include "certs/authority/authority_store.h"
#include "control/authorities/attempts.h"
#include "control/authorities/renewal_findings.h"
#include "control/control_plane.h"
#include "io/reactor.h"

namespace gatehouse::control {

// Renews what the CAs of administrators have issued and what is kept here with its key, when two
// thirds of its life are over: the same record, names, purpose, life and kind of key, and a new
// key. So it does with the issuers, as far as the key of their root is here; those of the machine's
// CA are renewed with the default identity. What was revoked is left alone. What fails is tried
// again, at least once an hour.
class IssuedRenewal {
 public:
  struct Parts {
    io::Reactor& reactor;
    EventLog& events;
    certs::CertificateStore& certificates;
    certs::AuthorityStore& authorities;
    // Whether a site or a binding has chosen the certificate of this record, so that a proof has to
    // tell whether the next one may be served.
    std::function<bool(const certs::RecordId&)> chosen;
    // Whether somebody else renews the certificate of this record, as the default identity.
    std::function<bool(const certs::RecordId&)> kept_by_others;
    // Serves what the store holds now; see LiveControlPlane.
    std::function<io::Task<Result<api::ChangeResponse>>(std::string why, Caller caller)> take_up;
  };
  // Borrows what Parts refers to.
  explicit IssuedRenewal(Parts parts) : parts_(std::move(parts)), log_(parts_.events) {}

  // Renews what is due now, but not everything at once. True: there is more.
  io::Task<bool> look();
  // Looks every ten minutes until it is cancelled.
  io::Task<void> follow();
  // What an administrator has to do, as of the last look.
  const std::vector<api::Finding>& findings() const { return findings_; }

 private:
  // One look.
  struct Look {
    RenewalFindings findings = {};
    std::size_t tried = 0;
    std::size_t renewed = 0;
    bool more = false;
  };
  io::Task<certs::Authority> look_at_issuers(certs::Authority authority, Look& look);
  io::Task<Result<Ok>> look_at_issued(certs::Authority authority, Look& look);
  io::Task<Result<Ok>> look_at_one(const certs::Authority& authority,
                                   certs::IssuedCertificate issued, Look& look);
  io::Task<Result<Ok>> renew(certs::AuthorityName name, certs::IssuedCertificate issued,
                             certs::RecordId record);
  io::Task<Result<Ok>> serve(certs::RecordId record, crypto::Identity before, std::string why);
  io::Deadline deadline() const;
  WallTime now() const { return parts_.reactor.clock().wall(); }
  SteadyTime steady() const { return parts_.reactor.clock().steady(); }

  Parts parts_;
  Attempts attempts_;
  RenewalLog log_;
  std::vector<api::Finding> findings_;
};

}  // namespace gatehouse::control
