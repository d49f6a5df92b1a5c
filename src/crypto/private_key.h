#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "crypto/handles.h"

namespace gatehouse::crypto {

// What we make.
enum class KeyType { p256, p384, rsa2048, rsa3072, rsa4096, ed25519 };
// What a key can do in a handshake.
enum class KeyAlgorithm { ecdsa, rsa, ed25519 };

// A private key: a cheap handle, copies share the key. Never printed, never logged. Signing with
// one key from several threads is fine.
class PrivateKey {
 public:
  static Result<PrivateKey> generate(KeyType type);

  // The first private key of a PEM text (PKCS#8, RSA or EC form; certificates around it are
  // skipped). Refused with a sentence: no key, two keys, an encrypted key, RSA below 2048 or above
  // 8192 bits, curves other than P-256, P-384 and P-521.
  static Result<PrivateKey> from_pem(std::string_view text);
  static Result<PrivateKey> from_pkcs8(ByteView der);
  // What to_pkcs8() has written and nobody can have changed since: whether the public key of an EC
  // key belongs to the private one is not asked again.
  static Result<PrivateKey> known(ByteView pkcs8);

  // PKCS#8, unencrypted: for a file that only its owner can read.
  Secret to_pem() const;
  // The same without the text around it: to be sealed.
  Secret to_pkcs8() const;

  KeyAlgorithm algorithm() const;
  // Of the modulus or of the curve.
  int bits() const;
  // "ECDSA P-256", "RSA 2048", "Ed25519".
  std::string text() const;
  // SHA-256 of the SubjectPublicKeyInfo: equal for a key and its certificates.
  Sha256 spki_sha256() const;

  // Borrowed; lives as long as any copy of this.
  EVP_PKEY* native() const { return key_.get(); }

  PrivateKey(const PrivateKey& other);
  PrivateKey& operator=(const PrivateKey& other);
  PrivateKey(PrivateKey&&) noexcept = default;
  PrivateKey& operator=(PrivateKey&&) noexcept = default;
  ~PrivateKey() = default;

 private:
  explicit PrivateKey(EvpKeyPtr key) : key_(std::move(key)) {}
  static Result<PrivateKey> accept(EvpKeyPtr key);

  EvpKeyPtr key_;
};

// SHA-256 of the SubjectPublicKeyInfo of any key.
Sha256 spki_sha256(const EVP_PKEY* key);

}  // namespace gatehouse::crypto
