#include "base/utf8.h"

#include <cstdint>

namespace gatehouse {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0;
}

// The lowest second byte that makes a well-formed sequence (RFC 3629 section 4), and the highest.
struct SecondByte {
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
};

SecondByte second_byte(std::uint8_t lead) {
  switch (lead) {
    case 0xe0: return {.low = 0xa0};
    case 0xed: return {.high = 0x9f};
    case 0xf0: return {.low = 0x90};
    case 0xf4: return {.high = 0x8f};
    default: return {};
  }
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const auto [low, high] = second_byte(lead);
  if (byte_at(text, 1) < low || byte_at(text, 1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = static_cast<std::uint8_t>(text[0]) < 0x80 ? 1 : utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool ascii = static_cast<std::uint8_t>(text.front()) < 0x80;
    const std::size_t length = ascii ? 1 : utf8_length(text);
    out += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::size_t utf8_characters(std::string_view text) {
  std::size_t characters = 0;
  for (const char c : text) characters += continues_character(c) ? 0 : 1;
  return characters;
}

}  // namespace gatehouse
