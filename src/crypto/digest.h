#pragma once

#include <array>
#include <string>

#include "base/bytes.h"

namespace gatehouse::crypto {

using Sha256 = std::array<std::uint8_t, 32>;
using Sha1 = std::array<std::uint8_t, 20>;

Sha256 sha256(ByteView bytes);
// For thumbprints that people compare by eye only; nothing is decided by it.
Sha1 sha1(ByteView bytes);

// Lower case, two digits a byte, no separators.
std::string hex(ByteView bytes);

}  // namespace gatehouse::crypto
