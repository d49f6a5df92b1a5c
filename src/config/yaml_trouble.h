#pragma once

#include <string_view>

#include "config/diagnostic_sink.h"

namespace gatehouse::config {

// Where a YAML text stopped making sense.
struct YamlTrouble {
  std::string_view said;   // the parser's own words
  std::size_t offset = 0;  // where it stopped
  std::size_t last = 0;    // where the last part began that was understood
  // The innermost bracket that was open there, if any.
  bool in_brackets = false;
  std::size_t bracket = 0;
};

// Tells `sink` what is wrong and what to write instead.
void explain_trouble(const YamlTrouble& trouble, DiagnosticSink& sink);

// The same for something that stands behind a value in its line; false where it begins its line.
bool explain_what_follows(std::size_t offset, DiagnosticSink& sink);

inline constexpr std::string_view kAnchorMessage =
    "a `&` without quotes begins an anchor, which gives what follows a name";
inline constexpr std::string_view kAnchorHint =
    "put text that begins with & in quotes; anchors are not read";
inline constexpr std::string_view kAliasMessage =
    "a `*` without quotes begins an alias, which repeats what stands elsewhere";
inline constexpr std::string_view kAliasHint =
    "put text that begins with * in quotes; aliases are not read";
inline constexpr std::string_view kTagMessage =
    "a `!` without quotes begins a tag, which gives what follows a type";
inline constexpr std::string_view kTagHint =
    "put text that begins with ! in quotes; tags are not read";

}  // namespace gatehouse::config
