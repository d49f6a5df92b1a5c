#pragma once

#include <span>

#include "certs/issuer/ca_certificates.h"

namespace gatehouse::certs::testing {

// A root, an issuer of server certificates below it, and what it issues: a local CA as files of
// earlier versions hold one.
struct LocalCa {
  static LocalCa create(const crypto::NameConstraints& constraints, WallTime now) {
    auto root =
        make_root({.common_name = "gatehouse local CA of gate1", .constraints = constraints}, now)
            .value();
    auto issuer = make_issuer(root, {.common_name = "gatehouse server issuer of gate1"}, now);
    return {std::move(root), std::move(issuer.value())};
  }

  // Whether its constraints allow the names is not asked.
  crypto::Identity issue_server(std::span<const NamePattern> names, crypto::KeyType type,
                                WallTime now) const {
    auto key = crypto::PrivateKey::generate(type).value();
    const LeafSpec spec{.common_name = names.front().text(), .names = {names.begin(), names.end()}};
    auto leaf = issue_leaf(server_issuer, spec, key, now).value();
    return {{std::move(leaf), server_issuer.leaf()}, std::move(key)};
  }

  const crypto::Certificate& anchor() const { return root.leaf(); }

  crypto::Identity root;
  crypto::Identity server_issuer;
};

}  // namespace gatehouse::certs::testing
