#include "config/visible.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace gatehouse::config {
namespace {

constexpr std::size_t kLongest = 80;

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (c < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", c);
    } else if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
      out += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string cited(std::string_view text) {
  if (text.size() <= kLongest) return fmt::format("`{}`", visible(text));
  std::size_t end = kLongest;
  while (end > 0 && continues_character(text[end])) --end;
  return fmt::format("`{}…`", visible(text.substr(0, end)));
}

}  // namespace gatehouse::config
