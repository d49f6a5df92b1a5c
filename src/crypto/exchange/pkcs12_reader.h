#pragma once

#include "crypto/exchange/bundle.h"
#include "crypto/exchange/unlocker.h"

namespace gatehouse::crypto {

// PFX (RFC 7292 section 4), in DER or BER. Adds what it holds to the bundle. Without a MAC it is
// read with a warning; signed or encrypted by a public key it is refused by name.
Read<Ok> read_pkcs12(ByteView file, Unlocker& unlocker, const ReadLimits& limits, Bundle& bundle);

// One SafeContents (RFC 7292 section 4.2), in DER or BER: what lies behind MAC and encryption.
Read<Ok> read_safe_contents(ByteView contents, Unlocker& unlocker, const ReadLimits& limits,
                            Bundle& bundle);

}  // namespace gatehouse::crypto
