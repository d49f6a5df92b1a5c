#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse {

// UTF-8 (RFC 3629).

// Bytes of the well-formed sequence of more than one byte that `text` starts with; 0 if it starts
// with none.
std::size_t utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

// The text with U+FFFD in the place of bytes that are no UTF-8.
std::string valid_utf8(std::string_view text);

// Whether `c` is a character's second or later byte.
constexpr bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Of text that is UTF-8.
std::size_t utf8_characters(std::string_view text);

}  // namespace gatehouse
