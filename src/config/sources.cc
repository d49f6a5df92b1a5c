#include "config/sources.h"

#include <algorithm>

#include "base/utf8.h"

namespace gatehouse::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// A longer line is cut, at a character's end; a place in what was cut off is not shown.
constexpr std::size_t kShown = 160;

std::string_view cut(std::string_view line) {
  if (line.size() <= kShown) return line;
  std::size_t end = kShown;
  while (end > 0 && continues_character(line[end])) --end;
  return line.substr(0, end);
}

}  // namespace

SourceText::SourceText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  if (text_.starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  begins_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') begins_.push_back(i + 1);
  }
}

std::string_view SourceText::line(unsigned number) const {
  if (number == 0 || number > begins_.size()) return {};
  std::string_view line = std::string_view(text_).substr(begins_[number - 1]);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

unsigned SourceText::line_at(std::size_t offset) const {
  return static_cast<unsigned>(std::ranges::upper_bound(begins_, offset) - begins_.begin());
}

void SourceText::hide(unsigned first, unsigned last) {
  unsigned& until = hidden_[first];
  until = std::max(until, last);
}

bool SourceText::hidden(unsigned number) const {
  return std::ranges::any_of(hidden_, [number](const auto& range) {
    return range.first <= number && number <= range.second;
  });
}

Place Locator::place(std::size_t offset) {
  offset = std::min(offset, source_.text().size());
  const unsigned line = source_.line_at(offset);
  if (line != line_ || offset < offset_) {
    line_ = line;
    column_ = 1;
    offset_ = source_.begin_of_line(line);
  }
  column_ +=
      static_cast<unsigned>(utf8_characters(source_.text().substr(offset_, offset - offset_)));
  offset_ = offset;
  return {.file = source_.name(), .line = line_, .column = column_};
}

void Sources::add(std::shared_ptr<const SourceText> source) {
  std::string name = source->name();
  by_name_.insert_or_assign(std::move(name), std::move(source));
}

void Sources::add(const Sources& others) {
  for (const auto& [name, source] : others.by_name_) by_name_.insert_or_assign(name, source);
}

std::string Sources::shown_line(const Place& place) const {
  const auto found = by_name_.find(place.file);
  if (found == by_name_.end() || found->second->hidden(place.line)) return {};
  const std::string_view whole = found->second->line(place.line);
  const std::string_view shown = cut(whole);
  if (place.column > utf8_characters(shown) + 1) return {};
  return std::string(shown) + (shown.size() < whole.size() ? "…" : "");
}

}  // namespace gatehouse::config
