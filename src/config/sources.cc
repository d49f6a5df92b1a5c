#include "config/sources.h"

#include <algorithm>

namespace gatehouse::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// A longer line is cut, at a character's end; a place in what was cut off is not shown.
constexpr std::size_t kShown = 160;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

std::string cut(std::string_view line) {
  if (line.size() <= kShown) return std::string(line);
  std::size_t end = kShown;
  while (end > 0 && continues_character(line[end])) --end;
  return std::string(line.substr(0, end)) + "…";
}

}  // namespace

SourceText::SourceText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  if (text_.starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  begins_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n' && i + 1 < text_.size()) begins_.push_back(i + 1);
  }
}

std::string_view SourceText::line(unsigned number) const {
  if (number == 0 || number > begins_.size()) return {};
  std::string_view line = std::string_view(text_).substr(begins_[number - 1]);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
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

void Sources::add(std::shared_ptr<const SourceText> source) {
  by_name_.insert_or_assign(source->name(), std::move(source));
}

void Sources::add(const Sources& others) {
  for (const auto& [name, source] : others.by_name_) by_name_.insert_or_assign(name, source);
}

std::string Sources::shown_line(const Place& place) const {
  const auto found = by_name_.find(place.file);
  if (found == by_name_.end() || found->second->hidden(place.line)) return {};
  std::string line = cut(found->second->line(place.line));
  return place.column > columns(line) + 1 ? std::string() : line;
}

}  // namespace gatehouse::config
