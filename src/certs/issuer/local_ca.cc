#include "certs/issuer/local_ca.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "certs/issuer/ca_certificates.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;
using crypto::KeyType;
using crypto::NameConstraints;
using crypto::PrivateKey;

std::string ca_name(std::string_view role, std::string_view host, WallTime now) {
  const auto month = fmt::format("{:%Y-%m}", std::chrono::floor<std::chrono::seconds>(now));
  constexpr std::size_t kLongestHost = 28;  // the whole has to fit into 64 bytes
  return fmt::format("gatehouse {} of {}, {}", role, host.substr(0, kLongestHost), month);
}

// The issuer is named after its root, so that people see where it belongs.
Result<Identity> make_server_issuer(const Identity& root, std::chrono::days life, WallTime now) {
  std::string name = root.leaf().common_name();
  if (const auto role = name.find("local CA"); role != std::string::npos) {
    name.replace(role, std::string_view("local CA").size(), "server issuer");
  }
  return make_issuer(root, {.common_name = std::move(name), .life = life}, now);
}

LeafSpec server_leaf(std::span<const NamePattern> names, const CertificateLives& lives) {
  return {.common_name = names.front().text(),
          .names = {names.begin(), names.end()},
          .life = lives.leaf};
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
  auto root = make_root({.common_name = ca_name("local CA", host, now),
                         .constraints = constraints,
                         .life = lives.root},
                        now);
  if (!root) return pass_on(root);
  return restore(std::move(*root), lives, now);
}

Result<LocalCa> LocalCa::restore(Identity root, const CertificateLives& lives, WallTime now) {
  auto constraints = constraints_of_root(root);
  if (!constraints) return pass_on(constraints);
  auto issuer = make_server_issuer(root, lives.issuer, now);
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
  if (auto may = check_permitted(constraints_, names, "the local CA"); !may) return pass_on(may);
  auto key = PrivateKey::generate(type);
  if (!key) return pass_on(key);
  auto leaf = issue_leaf(server_issuer_, server_leaf(names, lives_), *key, now);
  if (!leaf) return pass_on(leaf);
  return Identity{{std::move(*leaf), server_issuer_.leaf()}, std::move(*key)};
}

Result<Ok> LocalCa::renew_server_issuer(WallTime now) {
  auto issuer = make_server_issuer(root_, lives_.issuer, now);
  if (!issuer) return pass_on(issuer);
  server_issuer_ = std::move(*issuer);
  return Ok{};
}

Result<Identity> issue_self_signed(std::span<const NamePattern> names, KeyType type,
                                   const CertificateLives& lives, WallTime now) {
  if (names.empty()) return fail(Fault::ours, "a certificate without any name was asked for");
  auto key = PrivateKey::generate(type);
  if (!key) return pass_on(key);
  return issue_self_signed(server_leaf(names, lives), std::move(*key), now);
}

}  // namespace gatehouse::certs
