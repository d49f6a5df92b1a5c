#pragma once

#include <string>
#include <string_view>

namespace gatehouse::cli {

// Which verbs there are.
std::string short_help();
// All of a verb, with examples; `verb` is one of kVerbs.
std::string help_of(std::string_view verb);

}  // namespace gatehouse::cli
