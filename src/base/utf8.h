#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse {

// Bytes of the well-formed sequence of two to four bytes (RFC 3629 section 4) that `text` starts
// with; 0 if it starts with none, as ASCII does.
std::size_t utf8_length(std::string_view text);

// The text with U+FFFD in the place of bytes that are no UTF-8.
std::string valid_utf8(std::string_view text);

}  // namespace gatehouse
