#pragma once

#include <optional>

#include "crypto/exchange/bundle.h"
#include "crypto/exchange/unlocker.h"

namespace gatehouse::crypto {

// The forms in which a private key lies in a file, told apart by their DER.
enum class KeyForm : unsigned char {
  pkcs8,            // RFC 5958
  rsa,              // PKCS#1, RFC 8017
  ec,               // SEC1, RFC 5915
  encrypted_pkcs8,  // RFC 5958 section 3
};

// nullopt: it is no key.
std::optional<KeyForm> key_form(ByteView der);

// PrivateKeyInfo (RFC 5958) of a key of any form; nullopt if the library has no such form of it.
std::optional<Secret> marshal_pkcs8(const EVP_PKEY* key);

// Adds the key to those of the bundle, or to its unusable ones. `der` is whole and not encrypted.
Read<Ok> take_key(ByteView der, KeyForm form, BundleLabel label, Bundle& bundle);
// EncryptedPrivateKeyInfo, which is opened first.
Read<Ok> take_encrypted_key(ByteView der, BundleLabel label, Unlocker& unlocker, Bundle& bundle);

}  // namespace gatehouse::crypto
