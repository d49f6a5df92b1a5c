#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"

namespace gatehouse::cli {

// One flag of a verb: what the parser does and what the help says, in one place.
template <class Into>
struct Flag {
  std::string_view name;   // --listen
  std::string_view value;  // ADDR; empty: a switch
  std::string_view help;
  Result<Ok> (*set)(Into& command, std::string_view value);
  bool repeatable = false;
  const char* variable = nullptr;  // in the environment, comma-separated where repeatable
};

std::span<const Flag<RunCommand>> run_flags();
std::span<const Flag<TrustCommand>> trust_flags();
std::span<const Flag<VersionCommand>> version_flags();

}  // namespace gatehouse::cli
