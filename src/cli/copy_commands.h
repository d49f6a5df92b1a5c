#pragma once

#include <filesystem>
#include <string>

#include "cli/client_commands.h"

namespace gatehouse::cli {

// Where the outcome of each copy is kept, one file each.
struct RunCopies {
  Connection api;
  std::filesystem::path config;    // whose `copies` these are
  std::filesystem::path records;   // a folder; made where it is missing
  std::filesystem::path identity;  // of the default identity: key and chain, PEM
  bool dry_run = false;
};

struct ListCopies {
  Connection api;  // for --json alone: nobody is asked
  std::filesystem::path records;
};

}  // namespace gatehouse::cli
