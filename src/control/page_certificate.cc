#include "control/page_certificate.h"

#include "certs/issuer/ca_certificates.h"

namespace gatehouse::control {
namespace {

// Longer than any page is open.
constexpr std::chrono::days kLife{8};

std::vector<NamePattern> patterns_of(const crypto::CertificateNames& names) {
  std::vector<NamePattern> patterns = names.dns;
  for (const ServerName& address : names.addresses) {
    if (auto pattern = NamePattern::parse(address.text())) patterns.push_back(std::move(*pattern));
  }
  return patterns;
}

}  // namespace

Result<crypto::Identity> issue_page_certificate(const IdentitySet& identities,
                                                const crypto::CertificateNames& names,
                                                WallTime now) {
  std::vector<NamePattern> patterns = patterns_of(names);
  if (!identities.issuer || patterns.empty()) {
    return fail(Fault::operator_input, "There is no local CA here, so there is nothing to trust.",
                ErrorKind::not_found);
  }
  auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  if (!key) return pass_on(key);
  const std::string first = patterns.front().text();
  auto leaf = certs::issue_leaf(*identities.issuer,
                                {.common_name = first, .names = std::move(patterns), .life = kLife},
                                *key, now);
  if (!leaf) return pass_on(leaf);
  return crypto::Identity{{std::move(*leaf), identities.issuer->leaf()}, std::move(*key)};
}

}  // namespace gatehouse::control
