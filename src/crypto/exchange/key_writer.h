#pragma once

#include "crypto/exchange/encryption_scheme.h"
#include "crypto/exchange/passphrase.h"
#include "crypto/private_key.h"

namespace gatehouse::crypto {

// Rounds of the derivations in what we write. Below the 300,000 that the loader of .NET allows for
// one (and a million for all of a file); what makes a passphrase safe is its strength.
inline constexpr std::uint32_t kRoundsOfToday = 100'000;

// PrivateKeyInfo (RFC 5958), not encrypted.
Secret pkcs8_der(const PrivateKey& key);

// EncryptedPrivateKeyInfo (RFC 5958 section 3).
Secret encrypted_pkcs8_der(const PrivateKey& key, const EncryptionScheme& scheme,
                           const Passphrase& passphrase);

// The same with AES-256 as PEM, "ENCRYPTED PRIVATE KEY": openssl, nginx, Java and Go read it.
// Unencrypted: PrivateKey::to_pem().
Secret encrypted_key_pem(const PrivateKey& key, const Passphrase& passphrase);

}  // namespace gatehouse::crypto
