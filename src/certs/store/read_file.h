#pragma once

#include <expected>

#include "base/bytes.h"

namespace gatehouse::certs {

inline constexpr std::size_t kLargestFile = 1 << 20;

// The whole content of an open file, or the error number; EFBIG above 1 MiB. The buffer is wiped:
// it may have held a key.
std::expected<Secret, int> read_bounded(int file);

}  // namespace gatehouse::certs
