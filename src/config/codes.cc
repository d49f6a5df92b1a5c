#include "config/codes.h"

#include <algorithm>
#include <array>
#include <string>

namespace gatehouse::config {
namespace {

std::string canonical(std::string_view code) {
  std::string upper(code);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper.starts_with("GH") ? upper : "GH" + upper;
}

std::array<std::span<const Explanation>, 6> tables() {
  return {file_codes(),    reading_codes(),  site_codes(),
          process_codes(), together_codes(), change_codes()};
}

}  // namespace

std::optional<Explanation> explain(std::string_view code) {
  if (code.size() > 6) return std::nullopt;
  const std::string wanted = canonical(code);
  for (const auto table : tables()) {
    const auto found = std::ranges::find(table, wanted, &Explanation::code);
    if (found != table.end()) return *found;
  }
  return std::nullopt;
}

std::vector<Explanation> explanations() {
  std::vector<Explanation> all;
  for (const auto table : tables()) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

}  // namespace gatehouse::config
