#pragma once

#include "base/clock.h"
#include "crypto/identity.h"
#include "crypto/issue.h"

// Chains for tests: short to ask for, real certificates.
namespace gatehouse::crypto::testing {

inline const WallTime kNow = FakeClock().wall();

inline CertificateSpec ca_spec(std::string common_name, int path_length) {
  CertificateSpec spec;
  spec.common_name = std::move(common_name);
  spec.not_before = kNow - std::chrono::hours(1);
  spec.not_after = kNow + std::chrono::hours(24 * 365);
  spec.ca_path_length = path_length;
  return spec;
}

inline CertificateSpec server_spec(std::initializer_list<std::string_view> names) {
  CertificateSpec spec;
  spec.common_name = std::string(*names.begin());
  for (const auto name : names) spec.names.push_back(NamePattern::parse(name).value());
  spec.not_before = kNow - std::chrono::hours(1);
  spec.not_after = kNow + std::chrono::hours(24 * 90);
  spec.purpose = Purpose::server;
  return spec;
}

// root -> intermediate; the root holds the constraints that the caller wants.
struct Ca {
  explicit Ca(std::optional<NameConstraints> constraints = std::nullopt)
      : root_key(PrivateKey::generate(KeyType::p256).value()),
        key(PrivateKey::generate(KeyType::p256).value()),
        root(make_root(constraints)),
        intermediate(issue(ca_spec("intermediate", 0), key, root, root_key).value()) {}

  Identity serve(std::initializer_list<std::string_view> names,
                 KeyType type = KeyType::p256) const {
    auto leaf_key = PrivateKey::generate(type).value();
    auto leaf = issue(server_spec(names), leaf_key, intermediate, key).value();
    return Identity{{leaf, intermediate}, leaf_key};
  }

  PrivateKey root_key;
  PrivateKey key;
  Certificate root;
  Certificate intermediate;

 private:
  Certificate make_root(const std::optional<NameConstraints>& constraints) const {
    auto spec = ca_spec("root", 1);
    spec.constraints = constraints;
    return issue_self_signed(spec, root_key).value();
  }
};

}  // namespace gatehouse::crypto::testing
