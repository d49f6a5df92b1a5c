#pragma once

#include <filesystem>

#include "base/result.h"
#include "cli/command.h"
#include "cli/grammar.h"

namespace gatehouse::cli {

// What was asked for, as valid values. `arguments` are those behind the program's name. Flags win
// over the variables that stand for them (GATEHOUSE_TO, GATEHOUSE_CERTIFICATE, ...). Touches
// neither disk nor network. Errors: usage (a flag or verb), invalid (the environment).
Result<Command> parse_command_line(Arguments arguments, const Environment& environment);

// GATEHOUSE_STATE, systemd's STATE_DIRECTORY, $XDG_STATE_HOME/gatehouse, ~/.local/state/gatehouse.
Result<std::filesystem::path> default_state_folder(const Environment& environment);
// Puts it where nothing was said.
Result<Ok> complete_state(std::filesystem::path& state, const Environment& environment);

// The socket of administration: in systemd's RUNTIME_DIRECTORY, else in the state folder.
std::filesystem::path default_socket(const std::filesystem::path& state,
                                     const Environment& environment);
std::filesystem::path socket_of(const std::filesystem::path& folder);

}  // namespace gatehouse::cli
