#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::kv {

// The first key, in byte order, behind every key that starts with `prefix`; nothing when there is
// no such key ("" and "\xff\xff").
inline std::optional<std::string> end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace gatehouse::kv
