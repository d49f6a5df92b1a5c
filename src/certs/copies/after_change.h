#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace gatehouse::certs {

// What came of a command.
struct Ran {
  int status = 0;       // of its exit; 128 and the signal that ended it
  bool in_time = true;  // else it was ended
  std::string output;   // the last bytes of both streams, printable

  bool succeeded() const { return status == 0 && in_time; }
};

// Runs a command without a shell: nothing to read, a PATH of the system's folders and no other
// variable, everything else closed. Ends it and its children when the time is over. Blocks. Errors:
// not_found and not_permitted: it cannot be started.
Result<Ran> run_command(const std::vector<std::string>& words, std::chrono::milliseconds longest);

}  // namespace gatehouse::certs
