#pragma once

#include <array>
#include <string_view>

#include "base/result.h"

namespace gatehouse::cli {

struct ExitCode {
  int code;
  std::string_view means;
};

// Help, manual pages and the reference say them.
inline constexpr std::array kExitCodes{
    ExitCode{0, "done"},
    ExitCode{1, "failed in another way than those below; a change that was rolled back"},
    ExitCode{2, "wrong usage: an unknown verb or flag, a value that is none"},
    ExitCode{3, "invalid: the configuration, the environment, a certificate or key"},
    ExitCode{4, "not found: a site, a file, an address of this machine, the local CA"},
    ExitCode{5, "unreachable: gatehouse does not run, a target does not answer"},
    ExitCode{6, "not permitted: a file, a port below 1024, a change by a reader"},
    ExitCode{7, "conflict: the port is in use, a file defines it, another change came first"},
    ExitCode{9, "timed out"},
    ExitCode{20, "check: below what was asked for"},
    ExitCode{21, "status, cert list: a certificate in use is due and nobody renews it"},
    ExitCode{22, "status, cert list: a certificate in use has expired"},
    ExitCode{23, "trust status: a store of this machine does not have the local CA"}};

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
