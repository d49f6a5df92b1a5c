#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "certs/binding/name_index.h"
#include "crypto/private_key.h"
#include "tls/credential.h"

namespace gatehouse::certs {

// Two certificates for the same names whose keys are of different kinds, RSA beside ECDSA: old
// clients know only the one, all others are faster with the other. Immutable, for any thread.
class CredentialPair {
 public:
  struct One {
    tls::CredentialPtr credential;
    crypto::KeyAlgorithm key = crypto::KeyAlgorithm::ecdsa;
    std::uint32_t from = 0;  // of validity; see second_of()
    std::uint32_t until = 0;
  };
  // In any order. None: their keys are of the same kind.
  static std::optional<std::shared_ptr<const CredentialPair>> make(One one, One other);

  // What the client can verify, then what is valid at `now`, then the cheaper key. One that takes
  // neither gets the cheaper key, and ends the handshake itself.
  const tls::CredentialPtr& best(KeyWish wish, std::uint32_t now) const;

 private:
  CredentialPair(One better, One other) : better_(std::move(better)), other_(std::move(other)) {}

  One better_;
  One other_;
};
using CredentialPairPtr = std::shared_ptr<const CredentialPair>;

}  // namespace gatehouse::certs
