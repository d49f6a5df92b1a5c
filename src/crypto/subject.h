#pragma once

#include <string>
#include <string_view>

#include "crypto/private_key.h"

// What certificates and requests for them have in common; for this room only.
namespace gatehouse::crypto {

// RFC 4514 text; control characters stay escaped, letters of other alphabets do not.
std::string name_text(const X509_NAME* name);
// The first CN, "" without one.
std::string common_name_in(const X509_NAME* name);

// Adds what is not empty, cut to the 64 bytes that X.520 allows. False when the library fails.
bool write_name(X509_NAME* name, std::string_view common_name, std::string_view organization);

// The digest of signatures by this key; null for Ed25519, which has its own.
const EVP_MD* digest_for(const PrivateKey& key);

}  // namespace gatehouse::crypto
