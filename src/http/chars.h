#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gatehouse::http {

// One table lookup for each question about a byte.
enum CharClass : std::uint8_t {
  kTokenChar = 1,   // RFC 9110 section 5.6.2
  kTargetChar = 2,  // may stand raw in a request target
  kDigitChar = 4,
  kHexChar = 8,
  kNameChar = 16,  // letters, digits, '-' and '_' of a host name
};

namespace detail {

constexpr bool is_alpha(unsigned c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(unsigned c) { return c >= '0' && c <= '9'; }

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = is_alpha(c) || is_digit(c);
    const bool mark = token_marks.find(static_cast<char>(c)) != std::string_view::npos;
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    unsigned classes = 0;
    if (c < 0x80 && (alnum || mark)) classes |= kTokenChar;
    // More than RFC 3986 allows, because browsers and curl send "|[]{}^\"" raw, but no fragment.
    if (c > 0x20 && c < 0x7f && c != '#') classes |= kTargetChar;
    if (is_digit(c)) classes |= kDigitChar;
    if (hex) classes |= kHexChar;
    if (alnum || c == '-' || c == '_') classes |= kNameChar;
    table[c] = static_cast<std::uint8_t>(classes);
  }
  return table;
}

constexpr std::array<char, 256> make_lower() {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    table[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  return table;
}

}  // namespace detail

inline constexpr std::array<std::uint8_t, 256> kCharClasses = detail::make_classes();
inline constexpr std::array<char, 256> kLowerChars = detail::make_lower();

constexpr bool is_char(char c, CharClass which) {
  return (kCharClasses[static_cast<unsigned char>(c)] & which) != 0;
}
constexpr char to_lower(char c) { return kLowerChars[static_cast<unsigned char>(c)]; }
constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }

// The value of a digit of which is_char(c, kHexChar) holds.
constexpr unsigned hex_value(char c) {
  return c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

// Whether all of `text`, which may be empty, is of one class.
constexpr bool all_chars(std::string_view text, CharClass which) {
  for (const char c : text) {
    if (!is_char(c, which)) return false;
  }
  return true;
}

constexpr bool is_token(std::string_view text) {
  return !text.empty() && all_chars(text, kTokenChar);
}

constexpr std::string_view trim_space(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace gatehouse::http
