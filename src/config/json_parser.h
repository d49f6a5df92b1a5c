#pragma once

#include "config/diagnostic_sink.h"
#include "config/yaml_parser.h"

namespace gatehouse::config {

// Whether the text begins as a JSON object or array does.
bool looks_like_json(std::string_view text);

// The one value of a JSON text (RFC 8259). Repeated names stay in the tree. What is wrong is told
// to `sink`; what came before it is in the tree.
Tree parse_json(DiagnosticSink& sink);

}  // namespace gatehouse::config
