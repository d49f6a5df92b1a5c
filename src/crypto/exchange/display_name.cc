#include "crypto/exchange/display_name.h"

#include <algorithm>

#include "base/utf8.h"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kLongestName = 256;

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

}  // namespace

std::string display_name(std::string_view utf8) {
  std::size_t size = std::min(utf8.size(), kLongestName);
  while (size > 0 && size < utf8.size() && continues_character(utf8[size])) --size;
  std::string text = valid_utf8(utf8.substr(0, size));
  std::ranges::replace_if(text, is_control, ' ');
  const auto last = text.find_last_not_of(' ');
  text.resize(last == std::string::npos ? 0 : last + 1);
  return text;
}

}  // namespace gatehouse::crypto
