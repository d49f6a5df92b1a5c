#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

// The person at the terminal.
namespace gatehouse::cli {

// From the terminal that controls this process, without an echo; none where there is none, or
// nothing was answered. Blocks.
std::optional<std::string> ask_at_terminal(std::string_view prompt);

// Asks a question of yes or no there; everything but "y" and "yes" is no. Null where standard input
// or standard error is no terminal.
std::function<bool(std::string_view question)> confirming();

}  // namespace gatehouse::cli
