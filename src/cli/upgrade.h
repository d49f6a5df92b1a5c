#pragma once

#include "cli/client_commands.h"
#include "cli/surroundings.h"

namespace gatehouse::cli {

// Has the running gatehouse replaced, and asks at its socket whether the new one answers.
Result<int> upgrade_program(const UpgradeProgram& upgrade, const Surroundings& around);

}  // namespace gatehouse::cli
