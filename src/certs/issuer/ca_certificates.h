#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/identity.h"
#include "crypto/issue.h"
#include "crypto/request.h"

// The certificates that an authority is made of, and those that it makes. Each starts an hour in
// the past, because clocks of devices are often a little behind, and none ends after the one that
// signed it. Where no key is given, one is made, which takes up to seconds for RSA.
namespace gatehouse::certs {

inline constexpr std::chrono::hours kBackdated{1};

struct RootSpec {
  std::string common_name;
  std::optional<crypto::NameConstraints> constraints;  // none: it may certify every name
  crypto::KeyType key_type = crypto::KeyType::p256;
  std::chrono::days life{20 * 365};
  std::optional<crypto::PrivateKey> key = {};
};
// A root that may have issuers below it and nothing below those.
Result<crypto::Identity> make_root(const RootSpec& spec, WallTime now);

struct IssuerSpec {
  std::string common_name;
  crypto::Purpose purpose = crypto::Purpose::server;
  crypto::KeyType key_type = crypto::KeyType::p256;
  std::chrono::days life{5 * 365};
  std::optional<crypto::PrivateKey> key = {};
};
// An issuer of certificates for one purpose, with the constraints of its root.
Result<crypto::Identity> make_issuer(const crypto::Identity& root, const IssuerSpec& spec,
                                     WallTime now);

struct LeafSpec {
  std::string common_name;
  std::vector<NamePattern> names;
  crypto::Purpose purpose = crypto::Purpose::server;
  std::chrono::seconds life = std::chrono::days{90};
};
// The certificate alone. Whether the issuer may certify these names is the caller's question: see
// check_permitted().
Result<crypto::Certificate> issue_leaf(const crypto::Identity& issuer, const LeafSpec& spec,
                                       const crypto::PrivateKey& key, WallTime now);

// The same for the key of a request.
Result<crypto::Certificate> issue_leaf(const crypto::Identity& issuer, const LeafSpec& spec,
                                       const crypto::CertificateRequest& request, WallTime now);

// The same, vouching for itself.
Result<crypto::Identity> issue_self_signed(const LeafSpec& spec, crypto::PrivateKey key,
                                           WallTime now);

// Errors: `not_permitted`: a name that no client would accept from an issuer with these
// constraints; says who may not and what it may.
Result<Ok> check_permitted(const std::optional<crypto::NameConstraints>& constraints,
                           std::span<const NamePattern> names, std::string_view who);

}  // namespace gatehouse::certs
