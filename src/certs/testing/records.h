#pragma once

#include <chrono>
#include <initializer_list>
#include <string_view>

#include "certs/record.h"
#include "crypto/testing/chains.h"

// Certificates and records for tests; keys are made once per program, since they cost.
namespace gatehouse::certs::testing {

using crypto::testing::kNow;

inline const crypto::PrivateKey& some_key() {
  static const crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  return key;
}

// Of kNow, in days.
struct Life {
  int from = -1;
  int to = 90;
};

inline crypto::CertificateSpec leaf_spec(std::initializer_list<std::string_view> names,
                                         Life life = {},
                                         crypto::Purpose purpose = crypto::Purpose::server) {
  auto spec = crypto::testing::server_spec(names);
  spec.not_before = kNow + std::chrono::days(life.from);
  spec.not_after = kNow + std::chrono::days(life.to);
  spec.purpose = purpose;
  return spec;
}

inline crypto::Certificate self_signed(const crypto::CertificateSpec& spec) {
  return crypto::issue_self_signed(spec, some_key()).value();
}

inline crypto::Identity identity(std::initializer_list<std::string_view> names, Life life = {},
                                 crypto::Purpose purpose = crypto::Purpose::server) {
  return {{self_signed(leaf_spec(names, life, purpose))}, some_key()};
}

// The same with an RSA key.
inline crypto::Identity rsa_identity(std::initializer_list<std::string_view> names,
                                     Life life = {}) {
  static const crypto::PrivateKey key =
      crypto::PrivateKey::generate(crypto::KeyType::rsa2048).value();
  return {{crypto::issue_self_signed(leaf_spec(names, life), key).value()}, key};
}

inline Record record(std::string_view name, const crypto::Certificate& certificate,
                     Shelf shelf = Shelf::identities) {
  return {{RecordId::random(), shelf, RecordName::parse(name).value(), Owner::machine(),
           Origin::import, kNow},
          {certificate}};
}

}  // namespace gatehouse::certs::testing
