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

}  // namespace gatehouse::config
