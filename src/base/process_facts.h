#pragma once

#include <cstdint>

namespace gatehouse {

// What the kernel says of this process; zero where it does not. Reads /proc: some dozens of
// microseconds, so not for each request.
struct ProcessFacts {
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;  // 0: no limit
  std::uint64_t threads = 0;
  double cpu_seconds = 0;
  double start_time = 0;  // seconds since the epoch

  static ProcessFacts read();
};

}  // namespace gatehouse
