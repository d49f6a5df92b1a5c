#pragma once

#include <expected>

#include "base/bytes.h"

namespace gatehouse::certs {

inline constexpr std::size_t kLargestFile = 1 << 20;

// The whole content of an open file, or the error number; EFBIG above `most` bytes. The buffer is
// wiped: it may have held a key.
std::expected<Secret, int> read_bounded(int file, std::size_t most = kLargestFile);

}  // namespace gatehouse::certs
