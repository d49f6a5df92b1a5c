#pragma once

#include "cli/command.h"
#include "cli/surroundings.h"

namespace gatehouse::cli {

// Does what a command asks for, all but `run`, `trust`, `version` and `help`, which are not the
// command line's own. Returns the exit code; an error's sentence is the caller's to say.
Result<int> carry_out(const Command& command, const Surroundings& around);

}  // namespace gatehouse::cli
