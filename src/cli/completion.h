#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/client_commands.h"

namespace gatehouse::cli {

// The script that completes the words of the command table in a shell.
std::string completion_of(Shell shell);

// What completes a value: words, files, or nothing that is known.
struct ValueWords {
  bool files = false;
  std::vector<std::string_view> words;
};
// By how the table calls it: FILE, DIR, redirect|refuse|keep, PROFILE.
ValueWords words_of_value(std::string_view value);

}  // namespace gatehouse::cli
