#pragma once

#include <memory>
#include <span>
#include <vector>

#include <openssl/base.h>

#include "base/bytes.h"
#include "crypto/certificate.h"
#include "crypto/handles.h"
#include "crypto/private_key.h"

namespace gatehouse::tls {

// What a server shows and signs with: a chain, leaf first, and the key of the leaf. Immutable,
// shared by every connection that uses it.
class Credential {
 public:
  // The key belongs to the first certificate (crypto::Identity has checked it).
  Credential(std::span<const ByteView> chain, crypto::PrivateKey key);
  // The same, sharing the bytes of these.
  Credential(std::span<const crypto::Certificate> chain, crypto::PrivateKey key);

  const crypto::PrivateKey& key() const { return key_; }
  // Borrowed; leaf first.
  std::span<CRYPTO_BUFFER* const> chain() const { return chain_; }
  // Gives chain and key to a connection.
  bool install(SSL* connection) const;

 private:
  std::vector<crypto::BufferPtr> owned_;
  std::vector<CRYPTO_BUFFER*> chain_;
  crypto::PrivateKey key_;
};

using CredentialPtr = std::shared_ptr<const Credential>;

}  // namespace gatehouse::tls
