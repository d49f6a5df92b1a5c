#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::crypto {

// Empties this thread's error queue of the library and returns its reasons as one line, oldest
// first; "no reason given" if there was none. A queue that is left full makes a later, healthy TLS
// call look like a failure: every failing library call ends here.
std::string drain_library_errors();

// `what: reason`, with the queue emptied.
[[nodiscard]] std::unexpected<Error> library_failure(Fault fault, std::string_view what,
                                                     ErrorKind kind = ErrorKind::failed);

}  // namespace gatehouse::crypto
