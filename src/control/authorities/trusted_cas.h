#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/event_log.h"
#include "certs/authority/authority_store.h"
#include "control/identities.h"
#include "control/named_cas.h"
#include "control/trust_content.h"
#include "control/trust_state.h"
#include "io/reactor.h"

namespace gatehouse::control {

// What the trust page tells of the CAs of administrators, and on which sites. Control thread only.
class TrustedCas final : public NamedCas {
 public:
  struct Parts {
    io::Reactor& reactor;
    EventLog& events;
    certs::AuthorityStore& authorities;
    std::shared_ptr<TrustState> state;
  };
  // Borrows what Parts refers to.
  explicit TrustedCas(Parts parts) : parts_(std::move(parts)) {}

  io::Task<Result<certs::TrustedCa>> ca(std::string name) override;
  io::Task<Result<crypto::Identity>> probe(std::string name, crypto::CertificateNames names,
                                           std::chrono::seconds life) override;

  // The pages of all CAs show the roots that those have now.
  io::Task<void> refresh();
  // The page for a site where this certificate answers; nullptr: no CA of an administrator has
  // issued it.
  std::shared_ptr<const edge::OwnRoute> page_of(const ServedIdentity& served);

 private:
  io::Deadline deadline() const;
  io::Task<Result<certs::TrustedCa>> trusted(certs::Authority authority);

  Parts parts_;
  std::map<std::string, std::shared_ptr<const edge::OwnRoute>> pages_;
};

}  // namespace gatehouse::control
