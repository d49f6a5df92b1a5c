#pragma once

#include "base/bytes.h"
#include "crypto/handles.h"

namespace gatehouse::crypto {

// The EC key of a PKCS#8 that we have written ourselves (RFC 5958, RFC 5915), for this room only.
// The library would multiply the base point again, to see whether the public key belongs to the
// private one: two thirds of what reading a P-256 key costs. Null: it is of another kind, or has no
// public key in it.
EvpKeyPtr known_ec_key(ByteView pkcs8);

}  // namespace gatehouse::crypto
