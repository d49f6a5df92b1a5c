#pragma once

#include <memory>
#include <optional>

#include <openssl/aead.h>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/handles.h"

namespace gatehouse::crypto {

// Seals secrets at rest with AES-256-GCM-SIV (RFC 8452) and a random nonce: 4 billion secrets under
// one key are far from its limits, and a nonce that came twice would only show that two secrets
// with the same additional data are equal. Any thread.
class SealingKey {
 public:
  static constexpr std::size_t kBytes = 32;
  // What sealing adds to the size of a secret.
  static constexpr std::size_t kOverhead = 12 + 16;

  // Errors: `invalid`: not of kBytes.
  static Result<SealingKey> from(const Secret& bytes);

  // Nonce, then ciphertext and tag. Whoever opens it has to name the same additional data.
  Bytes seal(const Secret& secret, ByteView additional) const;
  // Nothing: sealed with another key or other additional data, or changed since.
  std::optional<Secret> open(ByteView sealed, ByteView additional) const;

 private:
  using ContextPtr = std::unique_ptr<EVP_AEAD_CTX, Freer<EVP_AEAD_CTX_free>>;

  explicit SealingKey(ContextPtr context) : context_(std::move(context)) {}

  ContextPtr context_;
};

}  // namespace gatehouse::crypto
