#pragma once

#include "base/result.h"

namespace gatehouse::cli {

// What the program ends with when this went wrong; 0 is "done".
constexpr int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed: return 1;
    case ErrorKind::usage: return 2;
    case ErrorKind::invalid: return 3;
    case ErrorKind::not_found: return 4;
    case ErrorKind::unreachable: return 5;
    case ErrorKind::not_permitted: return 6;
    case ErrorKind::conflict: return 7;
    case ErrorKind::timed_out: return 9;
  }
  return 1;
}

}  // namespace gatehouse::cli
