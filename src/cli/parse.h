#pragma once

#include <filesystem>

#include "base/result.h"
#include "cli/command.h"
#include "cli/grammar.h"
#include "cli/socket_path.h"

namespace gatehouse::cli {

// What was asked for, as valid values. `arguments` are those behind the program's name. Flags win
// over the variables that stand for them (GATEHOUSE_TO, GATEHOUSE_CERTIFICATE, ...). Touches
// neither disk nor network. Errors: usage (a flag or verb), invalid (the environment).
Result<Command> parse_command_line(Arguments arguments, const Environment& environment);

// GATEHOUSE_STATE, systemd's STATE_DIRECTORY, $XDG_STATE_HOME/gatehouse, ~/.local/state/gatehouse.
Result<std::filesystem::path> default_state_folder(const Environment& environment);
// Puts it where nothing was said.
Result<Ok> complete_state(std::filesystem::path& state, const Environment& environment);

// Where the socket of administration may be; `chosen`: the folder was named.
SocketPlaces socket_places(const Environment& environment, const std::filesystem::path& state,
                           bool chosen);

}  // namespace gatehouse::cli
