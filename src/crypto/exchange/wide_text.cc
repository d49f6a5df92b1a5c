#include "crypto/exchange/wide_text.h"

#include "crypto/exchange/wipe.h"

namespace gatehouse::crypto {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr char32_t kBeyondBmp = 0x10000;

bool is_high_surrogate(char32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

// Takes one character off the front of valid UTF-8.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t character = size == 1 ? lead : lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  }
  text.remove_prefix(size);
  return character;
}

void append_unit(Bytes& wide, char32_t unit) {
  wide.push_back(static_cast<std::uint8_t>(unit >> 8));
  wide.push_back(static_cast<std::uint8_t>(unit & 0xff));
}

void append_utf8(std::string& text, char32_t character) {
  const auto tail = [&](unsigned shift) {
    text += static_cast<char>(0x80 | (character >> shift & 0x3f));
  };
  if (character < 0x80) {
    text += static_cast<char>(character);
  } else if (character < 0x800) {
    text += static_cast<char>(0xc0 | character >> 6);
    tail(0);
  } else if (character < kBeyondBmp) {
    text += static_cast<char>(0xe0 | character >> 12);
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0 | character >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

Secret wide_text(std::string_view utf8) {
  Bytes wide;
  wide.reserve(utf8.size() * 2);  // never moved, so nothing is left behind unwiped
  while (!utf8.empty()) {
    const char32_t character = take_character(utf8);
    if (character < kBeyondBmp) {
      append_unit(wide, character);
    } else {
      append_unit(wide, 0xd800 + ((character - kBeyondBmp) >> 10));
      append_unit(wide, 0xdc00 + ((character - kBeyondBmp) & 0x3ff));
    }
  }
  Secret secret{ByteView(wide)};
  wipe(wide);
  return secret;
}

std::string narrow_text(ByteView wide) {
  std::string text;
  text.reserve(wide.size() / 2 * 3);  // never moved: it may be a key that the caller wipes
  const auto unit_at = [&](std::size_t at) {
    return at + 1 < wide.size() ? char32_t{wide[at]} << 8 | wide[at + 1] : char32_t{0};
  };
  for (std::size_t at = 0; at + 1 < wide.size(); at += 2) {
    const char32_t unit = unit_at(at);
    if (is_high_surrogate(unit) && is_low_surrogate(unit_at(at + 2))) {
      append_utf8(text, kBeyondBmp + ((unit - 0xd800) << 10) + (unit_at(at + 2) - 0xdc00));
      at += 2;
    } else {
      append_utf8(text, is_high_surrogate(unit) || is_low_surrogate(unit) ? kReplacement : unit);
    }
  }
  return text;
}

}  // namespace gatehouse::crypto
