#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "cli/command.h"

namespace gatehouse::cli {

// The value of an environment variable, none when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

// What was asked for, as valid values. `arguments` are those behind the program's name. Flags win
// over GATEHOUSE_TO, GATEHOUSE_LISTEN, GATEHOUSE_STATE, GATEHOUSE_CERTIFICATE and GATEHOUSE_KEY.
// Touches neither disk nor network. Errors: usage (a flag or verb), invalid (the environment).
Result<Command> parse_command_line(std::span<const std::string> arguments,
                                   const Environment& environment);

// GATEHOUSE_STATE, systemd's STATE_DIRECTORY, $XDG_STATE_HOME/gatehouse, ~/.local/state/gatehouse.
Result<std::filesystem::path> default_state_folder(const Environment& environment);

}  // namespace gatehouse::cli
