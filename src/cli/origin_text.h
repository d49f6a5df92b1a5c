#pragma once

#include <string>
#include <vector>

#include "api/messages.h"

// Configurations line by line.
namespace gatehouse::cli {

// The YAML of a configuration; behind each value a comment says who set it. It is a valid
// configuration still.
std::string yaml_with_origins(const api::GetConfigurationResponse& configuration);

// Where two configurations differ, value by value: lines with - are in `from` only, lines with +
// in `to` only. Empty when they say the same.
std::string difference(const api::Configuration& from, const api::Configuration& to);

}  // namespace gatehouse::cli
