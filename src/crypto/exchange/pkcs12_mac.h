#pragma once

#include "crypto/exchange/unlocker.h"

namespace gatehouse::crypto {

// Whether the passphrase is right and nothing was changed: MacData of RFC 7292 section 4, whole and
// in DER, over the bytes of the AuthenticatedSafe; PBMAC1 (RFC 9579) too.
Read<Ok> check_pkcs12_mac(ByteView mac_data, ByteView contents, Unlocker& unlocker);

}  // namespace gatehouse::crypto
