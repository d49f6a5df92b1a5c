#pragma once

#include <string>
#include <string_view>

namespace gatehouse {

// The text as one word of a POSIX shell, quoted only where it has to be: for commands that a person
// is told to copy.
std::string shell_word(std::string_view text);

}  // namespace gatehouse
