#pragma once

#include "base/result.h"
#include "cli/command.h"

namespace gatehouse::app {

// `gatehouse trust ...`: does it, tells each step, and returns the exit code.
Result<int> run_trust(const cli::TrustCommand& command);

}  // namespace gatehouse::app
