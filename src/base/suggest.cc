#include "base/suggest.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace gatehouse {
namespace {

constexpr std::size_t kLongest = 40;

// Insertions, deletions, exchanges and swaps of neighbours that make `a` of `b` (Damerau, optimal
// string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last.back();
}

std::optional<std::string_view> only_beginning(std::string_view said,
                                               std::span<const std::string_view> known) {
  const auto begins = [said](std::string_view word) { return word.starts_with(said); };
  if (std::ranges::count_if(known, begins) != 1) return std::nullopt;
  return *std::ranges::find_if(known, begins);
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view said,
                                        std::span<const std::string_view> known) {
  const std::size_t letters = said.size() - std::min(said.size(), said.find_first_not_of('-'));
  if (letters < 2 || said.size() > kLongest) return std::nullopt;
  if (const auto word = only_beginning(said, known)) return word;
  const auto far = [said](std::string_view word) { return distance(said, word); };
  const auto best = std::ranges::min_element(known, {}, far);
  const std::size_t tolerated = letters < 6 ? 1 : 2;
  if (best == known.end() || far(*best) > tolerated) return std::nullopt;
  return *best;
}

std::string did_you_mean(std::string_view said, std::span<const std::string_view> known) {
  const auto word = nearest(said, known);
  return word ? fmt::format(" Did you mean \"{}\"?", *word) : "";
}

}  // namespace gatehouse
