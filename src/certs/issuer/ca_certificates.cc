#include "certs/issuer/ca_certificates.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

using crypto::Certificate;
using crypto::CertificateSpec;
using crypto::Identity;
using crypto::PrivateKey;

constexpr std::string_view kOrganization = "gatehouse";

CertificateSpec spec_for(std::string common_name, std::chrono::seconds life, WallTime now) {
  CertificateSpec spec;
  spec.common_name = std::move(common_name);
  spec.organization = kOrganization;
  spec.not_before = now - kBackdated;
  spec.not_after = now + life;
  return spec;
}

CertificateSpec leaf_spec(const LeafSpec& wanted, WallTime now) {
  auto spec = spec_for(wanted.common_name, wanted.life, now);
  spec.names = wanted.names;
  spec.purpose = wanted.purpose;
  return spec;
}

CertificateSpec leaf_spec_below(const Identity& issuer, const LeafSpec& wanted, WallTime now) {
  auto spec = leaf_spec(wanted, now);
  spec.not_after = std::min(spec.not_after, issuer.leaf().not_after());
  return spec;
}

template <class Spec>
Result<PrivateKey> key_for(const Spec& wanted) {
  if (wanted.key) return *wanted.key;
  return PrivateKey::generate(wanted.key_type);
}

}  // namespace

Result<Identity> make_root(const RootSpec& wanted, WallTime now) {
  auto key = key_for(wanted);
  if (!key) return pass_on(key);
  auto spec = spec_for(wanted.common_name, wanted.life, now);
  spec.ca_path_length = 1;
  spec.constraints = wanted.constraints;
  auto certificate = crypto::issue_self_signed(spec, *key);
  if (!certificate) return pass_on(certificate);
  return Identity{{std::move(*certificate)}, std::move(*key)};
}

Result<Identity> make_issuer(const Identity& root, const IssuerSpec& wanted, WallTime now) {
  auto key = key_for(wanted);
  if (!key) return pass_on(key);
  auto spec = spec_for(wanted.common_name, wanted.life, now);
  spec.not_after = std::min(spec.not_after, root.leaf().not_after());
  spec.ca_path_length = 0;
  spec.constraints = crypto::name_constraints_of(root.leaf());
  spec.purpose = wanted.purpose;
  auto certificate = crypto::issue(spec, *key, root.leaf(), root.key);
  if (!certificate) return pass_on(certificate);
  return Identity{{std::move(*certificate)}, std::move(*key)};
}

Result<Identity> issue_self_signed(const LeafSpec& wanted, PrivateKey key, WallTime now) {
  auto leaf = crypto::issue_self_signed(leaf_spec(wanted, now), key);
  if (!leaf) return pass_on(leaf);
  return Identity{{std::move(*leaf)}, std::move(key)};
}

Result<Certificate> issue_leaf(const Identity& issuer, const LeafSpec& wanted,
                               const PrivateKey& key, WallTime now) {
  return crypto::issue(leaf_spec_below(issuer, wanted, now), key, issuer.leaf(), issuer.key);
}

Result<Certificate> issue_leaf(const Identity& issuer, const LeafSpec& wanted,
                               const crypto::CertificateRequest& request, WallTime now) {
  return crypto::issue(leaf_spec_below(issuer, wanted, now), request, issuer.leaf(), issuer.key);
}

Result<Ok> check_permitted(const std::optional<crypto::NameConstraints>& constraints,
                           std::span<const NamePattern> names, std::string_view who) {
  if (!constraints) return Ok{};
  for (const NamePattern& name : names) {
    if (constraints->permits(name)) continue;
    return fail(
        Fault::operator_input,
        fmt::format("{} may not certify {}, only {}", who, name.text(), constraints->text()),
        ErrorKind::not_permitted);
  }
  return Ok{};
}

}  // namespace gatehouse::certs
