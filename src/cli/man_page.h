#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::cli {

// A manual page as troff with the man macros: of the whole program, of a noun ("site") or of a verb
// ("site add"). Errors: usage (no such verb).
Result<std::string> man_page(std::string_view about, std::string_view version);

}  // namespace gatehouse::cli
