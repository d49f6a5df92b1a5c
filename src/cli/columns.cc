#include "cli/columns.h"

#include <algorithm>

#include "base/json_text.h"

namespace gatehouse::cli {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::size_t width_of(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues));
}

std::string cut(std::string_view text, std::size_t width) {
  constexpr std::string_view kDots = "...";
  if (width_of(text) <= width) return std::string(text);
  const std::size_t kept = width > kDots.size() ? width - kDots.size() : 0;
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    if (!continues(text[bytes]) && seen++ == kept) break;
  }
  return std::string(text.substr(0, bytes)).append(kDots.substr(0, width));
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.append(width - std::min(width, width_of(text)), ' ');
  return out;
}

void Columns::add(std::vector<std::string> row) {
  row.resize(titles_.size());
  for (std::string& cell : row) cell = printable(cell);
  rows_.push_back(std::move(row));
}

std::string Columns::text() const {
  std::vector<std::size_t> widths(titles_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  const auto append = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      line += padded(row[i], std::max(widths[i], titles_[i].size()) + 2);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  };
  append(titles_);
  for (const auto& row : rows_) append(row);
  return out;
}

}  // namespace gatehouse::cli
