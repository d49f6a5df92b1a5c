#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic_sink.h"

namespace gatehouse::config {

// What a YAML or JSON text is made of, with the place of each part.
struct Node {
  enum class Kind : unsigned char {
    nothing,  // null, ~ or no value at all
    scalar,
    list,
    map,
    refused,  // a diagnostic about it has been made
  };
  Kind kind = Kind::nothing;
  bool plain = false;  // a scalar without quotes
  bool flow = false;   // a list or map in brackets
  std::size_t offset = 0;
  std::string text{};            // of a scalar
  std::vector<Node> children{};  // elements; of a map name, value, name, value
};

// Bounds of what is read from one text.
inline constexpr std::size_t kDeepestNode = 32;
inline constexpr std::size_t kMostNodes = 1'000'000;

// What marks the node in its line: a scalar with its quotes, a bracketed list up to the bracket, of
// anything longer what is in its first line.
Span span_of(const Node& node, std::string_view text);

// Bytes of the quoted scalar that `text` starts with, quotes included; none where it has no end.
std::optional<std::size_t> size_of_quoted(std::string_view text);

}  // namespace gatehouse::config
