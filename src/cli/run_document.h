#pragma once

#include "cli/command.h"
#include "config/document.h"

namespace gatehouse::cli {

// What `gatehouse run` was told by flags and variables, as the configuration that says the same: a
// site `default` for every name, and what is not the default beside it. Paths become absolute.
// Each value's origin is its flag.
config::Document run_document(const RunCommand& run);

}  // namespace gatehouse::cli
