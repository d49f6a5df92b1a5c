#pragma once

#include "crypto/exchange/bundle.h"

namespace gatehouse::crypto {

// The certificates of a PKCS#7 file (.p7b, .p7c; RFC 5652 section 5), in DER or BER. Who signed it,
// if anybody, is of no account: certificates speak for themselves.
Read<Ok> read_pkcs7(ByteView file, const ReadLimits& limits, Bundle& bundle);

}  // namespace gatehouse::crypto
