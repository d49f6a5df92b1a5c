#include "certs/issuer/local_ca.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

using crypto::Certificate;
using crypto::CertificateSpec;
using crypto::Identity;
using crypto::KeyType;
using crypto::NameConstraints;
using crypto::PrivateKey;

// Clocks of devices are often a little behind ours.
constexpr std::chrono::hours kBackdated{1};
constexpr std::string_view kOrganization = "gatehouse";

std::string ca_name(std::string_view role, std::string_view host, WallTime now) {
  const auto month = fmt::format("{:%Y-%m}", std::chrono::floor<std::chrono::seconds>(now));
  constexpr std::size_t kLongestHost = 28;  // the whole has to fit into 64 bytes
  return fmt::format("gatehouse {} of {}, {}", role, host.substr(0, kLongestHost), month);
}

CertificateSpec spec_for(std::string common_name, std::chrono::days life, WallTime now) {
  CertificateSpec spec;
  spec.common_name = std::move(common_name);
  spec.organization = kOrganization;
  spec.not_before = now - kBackdated;
  spec.not_after = now + life;
  return spec;
}

CertificateSpec server_spec(std::span<const NamePattern> names, std::chrono::days life,
                            WallTime now) {
  CertificateSpec spec = spec_for(names.front().text(), life, now);
  spec.names.assign(names.begin(), names.end());
  spec.purpose = crypto::Purpose::server;
  return spec;
}

// The issuer is named after its root, so that people see where it belongs.
Result<Identity> make_server_issuer(const Identity& root, const NameConstraints& constraints,
                                    std::chrono::days life, WallTime now) {
  auto key = PrivateKey::generate(KeyType::p256);
  if (!key) return pass_on(key);
  std::string name = root.leaf().common_name();
  if (const auto role = name.find("local CA"); role != std::string::npos) {
    name.replace(role, std::string_view("local CA").size(), "server issuer");
  }
  auto spec = spec_for(std::move(name), life, now);
  spec.not_after = std::min(spec.not_after, root.leaf().not_after());
  spec.ca_path_length = 0;
  spec.constraints = constraints;
  spec.purpose = crypto::Purpose::server;
  auto certificate = crypto::issue(spec, *key, root.leaf(), root.key);
  if (!certificate) return pass_on(certificate);
  return Identity{{std::move(*certificate)}, std::move(*key)};
}

Result<Identity> make_root(const NameConstraints& constraints, std::string_view host,
                           std::chrono::days life, WallTime now) {
  auto key = PrivateKey::generate(KeyType::p256);
  if (!key) return pass_on(key);
  auto spec = spec_for(ca_name("local CA", host, now), life, now);
  spec.ca_path_length = 1;
  spec.constraints = constraints;
  auto certificate = crypto::issue_self_signed(spec, *key);
  if (!certificate) return pass_on(certificate);
  return Identity{{std::move(*certificate)}, std::move(*key)};
}

Result<NameConstraints> constraints_of_root(const Identity& root) {
  auto constraints = crypto::name_constraints_of(root.leaf());
  if (constraints && root.leaf().is_ca() && root.leaf().is_self_issued()) return *constraints;
  return fail(Fault::operator_input,
              fmt::format("{} is not the root of a local CA", root.leaf().subject()),
              ErrorKind::invalid);
}

}  // namespace

Result<LocalCa> LocalCa::create(const NameConstraints& constraints, std::string_view host,
                                const CertificateLives& lives, WallTime now) {
  auto root = make_root(constraints, host, lives.root, now);
  if (!root) return pass_on(root);
  return restore(std::move(*root), lives, now);
}

Result<LocalCa> LocalCa::restore(Identity root, const CertificateLives& lives, WallTime now) {
  auto constraints = constraints_of_root(root);
  if (!constraints) return pass_on(constraints);
  auto issuer = make_server_issuer(root, *constraints, lives.issuer, now);
  if (!issuer) return pass_on(issuer);
  return LocalCa(std::move(root), std::move(*issuer), std::move(*constraints), lives);
}

Result<LocalCa> LocalCa::restore(Identity root, Identity server_issuer,
                                 const CertificateLives& lives) {
  auto constraints = constraints_of_root(root);
  if (!constraints) return pass_on(constraints);
  if (!server_issuer.leaf().is_issued_by(root.leaf()) || !server_issuer.leaf().is_ca()) {
    return fail(Fault::operator_input,
                fmt::format("{} is not an issuer below {}", server_issuer.leaf().subject(),
                            root.leaf().subject()),
                ErrorKind::invalid);
  }
  return LocalCa(std::move(root), std::move(server_issuer), std::move(*constraints), lives);
}

Result<Identity> LocalCa::issue_server(std::span<const NamePattern> names, KeyType type,
                                       WallTime now) const {
  if (names.empty()) return fail(Fault::ours, "a certificate without any name was asked for");
  for (const NamePattern& name : names) {
    if (permits(name)) continue;
    return fail(
        Fault::operator_input,
        fmt::format("the local CA may not certify {}, only {}", name.text(), constraints_.text()),
        ErrorKind::not_permitted);
  }
  auto key = PrivateKey::generate(type);
  if (!key) return pass_on(key);
  auto spec = server_spec(names, lives_.leaf, now);
  spec.not_after = std::min(spec.not_after, server_issuer_.leaf().not_after());
  auto leaf = crypto::issue(spec, *key, server_issuer_.leaf(), server_issuer_.key);
  if (!leaf) return pass_on(leaf);
  return Identity{{std::move(*leaf), server_issuer_.leaf()}, std::move(*key)};
}

Result<Ok> LocalCa::renew_server_issuer(WallTime now) {
  auto issuer = make_server_issuer(root_, constraints_, lives_.issuer, now);
  if (!issuer) return pass_on(issuer);
  server_issuer_ = std::move(*issuer);
  return Ok{};
}

Result<Identity> issue_self_signed(std::span<const NamePattern> names, KeyType type,
                                   const CertificateLives& lives, WallTime now) {
  if (names.empty()) return fail(Fault::ours, "a certificate without any name was asked for");
  auto key = PrivateKey::generate(type);
  if (!key) return pass_on(key);
  auto leaf = crypto::issue_self_signed(server_spec(names, lives.leaf, now), *key);
  if (!leaf) return pass_on(leaf);
  return Identity{{std::move(*leaf)}, std::move(*key)};
}

}  // namespace gatehouse::certs
