#pragma once

#include "cli/client_commands.h"
#include "cli/surroundings.h"

// Verbs about the configuration that change nothing.
namespace gatehouse::cli {

Result<int> show_site(const ShowSite& show, const Surroundings& around);
Result<int> show_config(const ShowConfig& show, const Surroundings& around);
Result<int> export_config(const ExportConfig& to, const Surroundings& around);
Result<int> explain_code(const ExplainCode& explain, const Surroundings& around);

// Of files, without a running gatehouse (diff asks it).
Result<int> validate_config(const ValidateConfig& validate, const Surroundings& around);
Result<int> diff_config(const DiffConfig& diff, const Surroundings& around);

}  // namespace gatehouse::cli
