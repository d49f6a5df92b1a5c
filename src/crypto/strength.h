#pragma once

#include <optional>
#include <string>

#include "crypto/certificate.h"

namespace gatehouse::crypto {

// What a certificate is made of, and whether clients of today still take it.
struct Strength {
  std::string text;  // "ECDSA P-256", "RSA 2048"; "ECDSA with SHA-256", "RSA with SHA-1"
  bool weak = false;
  std::optional<KeyAlgorithm> algorithm = {};  // of a key that can be served
};

// Weak: RSA below 2048 bits, curves other than P-256, P-384 and P-521 (no client takes them), DSA.
Strength key_strength(const Certificate& certificate);
Strength key_strength(const EVP_PKEY* key);
// Of the issuer's signature. Weak: SHA-1, MD5. A root's own signature is of no account: who trusts
// it does not check it.
Strength signature_strength(const Certificate& certificate);

}  // namespace gatehouse::crypto
