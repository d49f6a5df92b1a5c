#include "config/yaml_node.h"

#include <algorithm>

namespace gatehouse::config {
namespace {

std::string_view without_trailing_blanks(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  return line;
}

// Bytes up to the bracket that closes the one `line` starts with.
std::size_t bracketed_size(std::string_view line) {
  int open = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' || line[i] == '\'') {
      i += size_of_quoted(line.substr(i)).value_or(line.size() - i) - 1;
    } else if (line[i] == '[' || line[i] == '{') {
      ++open;
    } else if ((line[i] == ']' || line[i] == '}') && --open == 0) {
      return i + 1;
    }
  }
  return line.size();
}

std::size_t marked_size(const Node& node, std::string_view line) {
  if (line.empty()) return 1;
  const bool collection = node.kind == Node::Kind::list || node.kind == Node::Kind::map;
  if (collection) return node.flow ? bracketed_size(line) : 1;
  if (line.front() == '"' || line.front() == '\'')
    return size_of_quoted(line).value_or(line.size());
  if (!node.text.empty() && line.starts_with(node.text)) return node.text.size();
  return node.kind == Node::Kind::scalar ? line.size() : 1;
}

}  // namespace

std::optional<std::size_t> size_of_quoted(std::string_view text) {
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != '\'') return i + 1;
      ++i;
    }
  }
  return std::nullopt;
}

Span span_of(const Node& node, std::string_view text) {
  const bool block = node.kind == Node::Kind::map && !node.flow && !node.children.empty();
  if (block) return span_of(node.children.front(), text);
  constexpr std::size_t kLongestMark = 200;
  std::string_view line = text.substr(std::min(node.offset, text.size()), kLongestMark);
  line = without_trailing_blanks(line.substr(0, line.find('\n')));
  return {.offset = node.offset, .size = std::max<std::size_t>(1, marked_size(node, line))};
}

}  // namespace gatehouse::config
