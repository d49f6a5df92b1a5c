#pragma once

#include <string>
#include <string_view>

#include "cli/grammar.h"

namespace gatehouse::cli {

// Which verbs there are.
std::string short_help();
// All verbs of a noun with their flags.
std::string help_of_noun(std::string_view noun);
// All of a verb, with examples.
std::string help_of(const Verb& verb);

// "gatehouse site add NAME UPSTREAM... [flags]"
std::string usage_of(const Verb& verb);
// Text broken at `width`, each line behind `indent` blanks (not before the first); ends with a
// newline.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace gatehouse::cli
