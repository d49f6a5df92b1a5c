#pragma once

#include <cstdlib>
#include <string_view>

// For the fuzz targets of this room only.
namespace gatehouse::http::fuzzing {

inline void require(bool holds) {
  if (!holds) std::abort();
}

// One head and nothing behind it; every line ends with CRLF, no other control character but HTAB.
inline void require_one_head(std::string_view text) {
  require(text.ends_with("\r\n\r\n") && text.find("\r\n\r\n") == text.size() - 4);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\r') require(text[i + 1] == '\n');
    if (byte == '\n') require(text[i - 1] == '\r');
    require(byte >= 0x20 || byte == '\r' || byte == '\n' || byte == '\t');
    require(byte != 0x7f);
  }
}

}  // namespace gatehouse::http::fuzzing
