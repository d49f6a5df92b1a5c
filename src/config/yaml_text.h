#pragma once

#include <string>
#include <string_view>

namespace gatehouse::config {

// A text as a YAML scalar that reads back to exactly this text, in block and in flow style: bare
// where no reader takes it for anything else (a number, a word of YAML 1.1 for yes, an alias), else
// in double quotes, everything beyond ASCII escaped. Bytes that are no UTF-8 become U+FFFD.
std::string yaml_scalar(std::string_view text);
// The same for the key of a map, where ${ has no meaning.
std::string yaml_key(std::string_view text);

}  // namespace gatehouse::config
