#pragma once

#include <string>
#include <string_view>

namespace gatehouse::cli::testing {

// A part of docs/reference/command-line.md that is made from the command table: "overview",
// "exit codes", a noun or a verb of its own.
std::string reference_of(std::string_view part);

// The document with every part between `<!-- from the command table: PART -->` and
// `<!-- end -->` made anew.
std::string with_parts_made_anew(const std::string& document);

}  // namespace gatehouse::cli::testing
