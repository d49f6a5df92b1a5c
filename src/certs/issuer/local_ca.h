#pragma once

#include <chrono>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/identity.h"
#include "crypto/issue.h"

namespace gatehouse::certs {

// How long certificates of the local CA live. When they are renewed follows from it.
struct CertificateLives {
  std::chrono::days root{20 * 365};
  std::chrono::days issuer{5 * 365};
  std::chrono::days leaf{90};
};

// The certificate authority of this machine: a root that devices trust and that signs nothing but
// issuers, and an issuer of server certificates below it. Both are critically constrained to the
// names of this machine, so that a stolen key cannot speak for anybody else. A value: who keeps it
// on disk is not its business. Making keys takes milliseconds and blocks nothing else.
class LocalCa {
 public:
  // `host` is shown to people, who tell two local CAs apart by it and by the month.
  static Result<LocalCa> create(const crypto::NameConstraints& constraints, std::string_view host,
                                const CertificateLives& lives, WallTime now);
  // Of a root and an issuer that were kept. Refuses a root that is none.
  static Result<LocalCa> restore(crypto::Identity root, crypto::Identity server_issuer,
                                 const CertificateLives& lives);
  // Of a kept root alone, with a new issuer.
  static Result<LocalCa> restore(crypto::Identity root, const CertificateLives& lives,
                                 WallTime now);

  // What devices are told to trust; public.
  const crypto::Certificate& anchor() const { return root_.leaf(); }
  const crypto::Identity& root() const { return root_; }
  const crypto::Identity& server_issuer() const { return server_issuer_; }
  const crypto::NameConstraints& constraints() const { return constraints_; }
  bool permits(const NamePattern& name) const { return constraints_.permits(name); }

  // A certificate for servers of these names, the first of which is shown as its subject; names
  // outside of the constraints are refused, because no client would accept them.
  Result<crypto::Identity> issue_server(std::span<const NamePattern> names, crypto::KeyType type,
                                        WallTime now) const;
  // A new key and certificate for the issuer below the same root.
  Result<Ok> renew_server_issuer(WallTime now);

 private:
  LocalCa(crypto::Identity root, crypto::Identity server_issuer,
          crypto::NameConstraints constraints, const CertificateLives& lives)
      : root_(std::move(root)),
        server_issuer_(std::move(server_issuer)),
        constraints_(std::move(constraints)),
        lives_(lives) {}

  crypto::Identity root_;
  crypto::Identity server_issuer_;
  crypto::NameConstraints constraints_;
  CertificateLives lives_;
};

// A certificate that vouches for itself: for names that no local CA may certify.
Result<crypto::Identity> issue_self_signed(std::span<const NamePattern> names, crypto::KeyType type,
                                           const CertificateLives& lives, WallTime now);

}  // namespace gatehouse::certs
