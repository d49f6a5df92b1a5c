#include "crypto/library_error.h"

#include <openssl/err.h>

namespace gatehouse::crypto {

std::string drain_library_errors() {
  std::string reasons;
  while (const auto code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!reasons.empty()) reasons += ", ";
    reasons += reason ? reason : "unknown reason";
  }
  return reasons.empty() ? "no reason given" : reasons;
}

std::unexpected<Error> library_failure(Fault fault, std::string_view what, ErrorKind kind) {
  return fail(fault, std::string(what) + ": " + drain_library_errors(), kind);
}

}  // namespace gatehouse::crypto
