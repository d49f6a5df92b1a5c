#pragma once

#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "base/bytes.h"
#include "crypto/exchange/der_writer.h"
#include "crypto/exchange/key_derivation.h"
#include "crypto/exchange/passphrase.h"
#include "crypto/exchange/read_failure.h"

namespace gatehouse::crypto {

enum class Derivation : unsigned char { pkcs12, pbkdf1, pbkdf2 };

// How something is encrypted with a passphrase: PBES1 and PBES2 (RFC 8018 section 6) and the
// schemes of PKCS#12 (RFC 7292 appendix C), CBC ciphers and RC4.
struct EncryptionScheme {
  Derivation derivation;
  const EVP_MD* digest;
  const EVP_CIPHER* cipher;
  Bytes salt;
  std::uint32_t rounds = 1;
  Bytes iv;  // of PBES2; the others derive theirs

  // Of today: PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256, salt and IV random.
  static EncryptionScheme aes256(std::uint32_t rounds);
  // Of PKCS#12, for programs that know no other: 3DES, SHA-1, the salt random.
  static EncryptionScheme triple_des(std::uint32_t rounds);

  // From an AlgorithmIdentifier, in DER and whole. Unsupported ones are named.
  static Read<EncryptionScheme> parse(ByteView algorithm);

  // The part of a spelling that keys are derived from.
  Secret PassphraseSpelling::* form() const {
    return derivation == Derivation::pkcs12 ? &PassphraseSpelling::wide : &PassphraseSpelling::text;
  }
  // How often the digest runs for one passphrase.
  std::uint64_t work() const;

  // The plain bytes; nullopt if this is not the passphrase, or the bytes are damaged: CBC cannot
  // tell these apart, and a wrong passphrase may pass by chance.
  std::optional<Secret> decrypt(ByteView encrypted, const PassphraseSpelling& spelling) const;
  Secret encrypt(ByteView plain, const PassphraseSpelling& spelling) const;
  // The AlgorithmIdentifier of aes256() and triple_des().
  void write(DerWriter& out) const;

 private:
  std::optional<Secret> run(bool encrypting, ByteView input,
                            const PassphraseSpelling& spelling) const;
};

// Of PBKDF2-params (RFC 8018 appendix A.2), whole.
struct Pbkdf2 {
  Bytes salt;
  std::uint32_t rounds = 1;
  std::uint64_t key_size = 0;  // 0: not said
  const EVP_MD* digest = nullptr;

  static Read<Pbkdf2> parse(ByteView algorithm);
};

Bytes random_bytes(std::size_t size);

// HMAC by its object identifier (RFC 8018 appendix B.1), null if it is none that is read.
const EVP_MD* hmac_digest(std::string_view object_id);
// SHA-1 and SHA-2 by theirs.
const EVP_MD* digest_by_id(std::string_view object_id);

// "AES-256-GCM", or the numbers where we have no name.
std::string algorithm_name(std::string_view object_id);

// One direction of a CBC or stream cipher with PKCS#7 padding; nullopt: wrong sizes or padding.
std::optional<Secret> run_cipher(const EVP_CIPHER* cipher, bool encrypting, ByteView key,
                                 ByteView iv, ByteView input);

}  // namespace gatehouse::crypto
