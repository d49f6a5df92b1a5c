#pragma once

#include <string>
#include <string_view>

namespace gatehouse::config {

// Control characters as \u001b, everything else as it is: for a message about UTF-8 text.
std::string visible(std::string_view text);

// In backticks, cut where it is longer than a line.
std::string cited(std::string_view text);

}  // namespace gatehouse::config
