#pragma once

#include <google/protobuf/message.h>
#include <string>
#include <vector>

namespace gatehouse::config {

// A message as a file would say it: what is not set is left out, maps are sorted.
struct ValueTree {
  enum class Kind : unsigned char { scalar, list, map };
  Kind kind = Kind::scalar;
  std::string key{};                 // of an entry
  std::string text{};                // of a scalar
  bool is_text = false;              // not a number, true or false
  bool secret = false;               // must not be shown
  std::vector<ValueTree> items{};    // of a list
  std::vector<ValueTree> entries{};  // of a map, and of a message
  bool of_message = false;           // its keys are fields
  friend bool operator==(const ValueTree&, const ValueTree&) = default;
};

ValueTree value_tree(const google::protobuf::Message& message);
// The same, where messages of which only the shorthand is set are that value alone.
ValueTree short_value_tree(const google::protobuf::Message& message);

// In YAML's flow style: `{path: /api, upstreams: [http://127.0.0.1:9000]}`. Secrets are ***.
std::string flow_text(const ValueTree& tree);

}  // namespace gatehouse::config
