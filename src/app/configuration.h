#pragma once

#include "cli/command.h"
#include "control/sources.h"

namespace gatehouse::app {

// What `gatehouse run` was told, by its file, flags and environment, as sources of configurations.
control::Sources sources_of(const cli::RunCommand& command);

}  // namespace gatehouse::app
