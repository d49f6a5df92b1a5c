#pragma once

#include <cstdint>
#include <string_view>

namespace gatehouse::edge {

// The checksum CRC32C (RFC 9260 appendix A) of `bytes`; `before` is that of the bytes before them.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace gatehouse::edge
