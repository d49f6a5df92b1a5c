#pragma once

#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/certificate.h"

namespace gatehouse::crypto {

// The certificates as PKCS#7 (RFC 5652 SignedData without a signer, ".p7b"), in DER. Public parts
// only. Errors: the library's.
Result<Bytes> write_pkcs7(std::span<const Certificate> certificates);

}  // namespace gatehouse::crypto
