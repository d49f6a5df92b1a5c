#pragma once

#include "cli/client_commands.h"
#include "cli/surroundings.h"
#include "config/settings.h"

// Verbs about the configuration that change nothing.
namespace gatehouse::cli {

Result<int> show_site(const ShowSite& show, const Surroundings& around);
Result<int> show_config(const ShowConfig& show, const Surroundings& around);
Result<int> export_config(const ExportConfig& to, const Surroundings& around);
Result<int> explain_code(const ExplainCode& explain, const Surroundings& around);

// The settings of a file that root or this user owns and nobody else may write, for what it alone
// may decide. What is wrong with it is told. Errors: invalid; not_permitted, others can change it.
Result<config::Settings> read_settings(const std::filesystem::path& file,
                                       const Surroundings& around);

// Of files, without a running gatehouse (diff asks it).
Result<int> validate_config(const ValidateConfig& validate, const Surroundings& around);
Result<int> diff_config(const DiffConfig& diff, const Surroundings& around);

}  // namespace gatehouse::cli
