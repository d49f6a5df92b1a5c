#include "base/json_text.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/utf8.h"

namespace gatehouse {
namespace {

constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0;
}

char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_code_unit(char* out, std::uint8_t code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out = put(out, "\\u00");
  *out++ = kHex[code >> 4];
  *out++ = kHex[code & 15];
  return out;
}

char* put_ascii_escape(char* out, char c) {
  switch (c) {
    case '"': return put(out, "\\\"");
    case '\\': return put(out, "\\\\");
    case '\n': return put(out, "\\n");
    case '\r': return put(out, "\\r");
    case '\t': return put(out, "\\t");
    default: return put_code_unit(out, static_cast<std::uint8_t>(c));
  }
}

// Writes what `text` starts with, which is not plain, and removes it from `text`.
char* put_special(char* out, std::string_view& text) {
  const std::uint8_t first = byte_at(text, 0);
  const std::size_t length = first < 0x80 ? 1 : utf8_length(text);
  const std::string_view sequence = text.substr(0, length);
  text.remove_prefix(length == 0 ? 1 : length);
  if (length == 0) return put(out, "\\ufffd");
  if (length == 1) return put_ascii_escape(out, sequence[0]);
  const bool c1_control = first == 0xc2 && byte_at(sequence, 1) < 0xa0;
  return c1_control ? put_code_unit(out, byte_at(sequence, 1)) : put(out, sequence);
}

// Whether all eight bytes are plain; a zero byte in `x` shows in (x - 01..01) & ~x & 80..80.
bool all_plain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x80 * kOnes;
  const auto has = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t below_space = (bytes - 0x20 * kOnes) & ~bytes;
  const std::uint64_t odd = below_space | has(bytes ^ '"' * kOnes) | has(bytes ^ '\\' * kOnes) |
                            has(bytes ^ 0x7f * kOnes) | bytes;
  return (odd & kHighs) == 0;
}

// Copies plain text up to the first byte that is not, and removes it from `text`.
char* copy_plain(char* out, std::string_view& text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint64_t eight = 0; end - at >= 8; at += 8, out += 8) {
    std::memcpy(&eight, at, 8);
    if (!all_plain(eight)) break;
    std::memcpy(out, &eight, 8);
  }
  while (at != end && kPlain[static_cast<std::uint8_t>(*at)]) *out++ = *at++;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  return out;
}

char* write_escaped(char* out, std::string_view text) {
  while (true) {
    out = copy_plain(out, text);
    if (text.empty()) return out;
    out = put_special(out, text);
  }
}

}  // namespace

char* write_json_string(char* out, std::string_view text) {
  *out++ = '"';
  out = write_escaped(out, text);
  *out++ = '"';
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + json_string_room(text.size()));
  char* const end = write_json_string(out.data() + before, text);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string printable(std::string_view text) {
  std::string out(json_string_room(text.size()), '\0');
  // Quotes and backslashes need no escape where nothing is quoted.
  char* end = out.data();
  while (!text.empty()) {
    const char c = text.front();
    if (c == '"' || c == '\\' || kPlain[static_cast<std::uint8_t>(c)]) {
      *end++ = c;
      text.remove_prefix(1);
    } else {
      end = put_special(end, text);
    }
  }
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

}  // namespace gatehouse
