#include "control/page_certificate.h"

#include "certs/renewal/kept_ca.h"

namespace gatehouse::control {
namespace {

std::vector<NamePattern> patterns_of(const crypto::CertificateNames& names) {
  std::vector<NamePattern> patterns = names.dns;
  for (const ServerName& address : names.addresses) {
    if (auto pattern = NamePattern::parse(address.text())) patterns.push_back(std::move(*pattern));
  }
  return patterns;
}

}  // namespace

Result<crypto::Identity> issue_page_certificate(const std::filesystem::path& state,
                                                const crypto::CertificateNames& names,
                                                WallTime now) {
  auto folder = certs::StateFolder::open(state);
  if (!folder) return pass_on(folder);
  auto root = certs::kept_root(*folder, now);
  if (!root) return pass_on(root);
  if (!*root) {
    return fail(Fault::operator_input, "There is no local CA here, so there is nothing to trust.",
                ErrorKind::not_found);
  }
  auto ca = certs::LocalCa::restore(std::move(**root), certs::CertificateLives{}, now);
  if (!ca) return pass_on(ca);
  return ca->issue_server(patterns_of(names), crypto::KeyType::p256, now);
}

}  // namespace gatehouse::control
