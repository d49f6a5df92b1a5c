#pragma once

#include "config/diagnostic_sink.h"
#include "config/yaml_node.h"

namespace gatehouse::config {

struct Tree {
  Node root;             // Kind::nothing: the text holds no value
  bool whole = true;     // false: the rest of the text could not be read
  std::size_t last = 0;  // then: where the last part begins that was understood
};

// The one document of a YAML text without anchors, tags and tabs in indentation. What is wrong is
// told to `sink`; what came before it is in the tree. Never throws.
Tree parse_yaml(DiagnosticSink& sink);

}  // namespace gatehouse::config
