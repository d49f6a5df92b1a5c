#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::cli {

// Characters that a text takes on a terminal; each code point counts as one.
std::size_t width_of(std::string_view text);
// At most `width` characters; what was cut ends in "...".
std::string cut(std::string_view text, std::size_t width);
// Filled with blanks to `width`.
std::string padded(std::string_view text, std::size_t width);

// A table for people: aligned columns two blanks apart; a column without any value is left out.
// Texts of others are made harmless for a terminal.
class Columns {
 public:
  explicit Columns(std::vector<std::string> titles) : titles_(std::move(titles)) {}
  void add(std::vector<std::string> row);
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace gatehouse::cli
