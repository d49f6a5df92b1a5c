#pragma once

#include "cli/copy_commands.h"
#include "cli/surroundings.h"

namespace gatehouse::cli {

// Brings the files of every copy up to date, and runs its command where anything changed or the
// last run failed. One line for each copy; a failure of one keeps no other from being done.
Result<int> run_copies(const RunCopies& run, const Surroundings& around);
// What came of them, from the records.
Result<int> list_copies(const ListCopies& list, const Surroundings& around);

}  // namespace gatehouse::cli
