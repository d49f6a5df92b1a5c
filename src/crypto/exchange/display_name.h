#pragma once

#include <string>
#include <string_view>

namespace gatehouse::crypto {

// A name that somebody else chose, fit for tables and logs: valid UTF-8 of at most 256 bytes,
// spaces for control characters, none at its end.
std::string display_name(std::string_view utf8);

}  // namespace gatehouse::crypto
