#pragma once

#include <optional>

#include "base/bytes.h"

namespace gatehouse::crypto {

// Elements of BER (X.690) within elements, at most this deep; PKCS#12 and PKCS#7 need about 12.
inline constexpr unsigned kDeepestBer = 32;

// The same elements as DER, so that one strict reader is enough: lengths become definite and
// shortest, octet strings in parts become one. Old programs (NSS, Windows, CMS writers that stream)
// write such files. What is DER already comes back equal. nullopt: damaged, or too deep.
std::optional<Secret> der_from_ber(ByteView ber);

}  // namespace gatehouse::crypto
