#pragma once

#include <string_view>

#include <openssl/base.h>

#include "base/result.h"

namespace gatehouse::tls {

// Versions, suites and groups together. Nothing weaker can be configured.
//   modern        TLS 1.3
//   intermediate  TLS 1.2 and 1.3, AEAD with ECDHE only (the default)
//   compatible    adds ECDHE with AES-CBC for TLS 1.2 clients such as Windows 8.1 with RSA
//                 certificates; a standing finding wherever it is used
enum class Profile : unsigned char { modern, intermediate, compatible };

Result<Profile> parse_profile(std::string_view text);
std::string_view text(Profile profile);

// Applies versions, suites and groups; also to a connection whose server name asks for a profile
// other than its context's (from the early callback).
bool apply(Profile profile, SSL_CTX* context);
bool apply(Profile profile, SSL* connection);

}  // namespace gatehouse::tls
