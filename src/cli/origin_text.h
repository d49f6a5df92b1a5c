#pragma once

#include <string>
#include <vector>

#include "api/messages.h"

// Configurations line by line.
namespace gatehouse::cli {

// The YAML of a configuration; behind each value a comment says who set it. It is a valid
// configuration still.
std::string yaml_with_origins(const api::GetConfigurationResponse& configuration);

}  // namespace gatehouse::cli
