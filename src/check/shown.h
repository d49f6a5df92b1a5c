#pragma once

#include <string>
#include <string_view>

#include "base/json_text.h"

namespace gatehouse::check {

// What a server said, for a person's eyes: not too long, and harmless on a terminal.
inline std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 300;
  return text.size() <= kMost ? printable(text) : printable(text.substr(0, kMost)) + "...";
}

}  // namespace gatehouse::check
