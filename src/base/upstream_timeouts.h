#pragma once

#include <chrono>

namespace gatehouse {

struct UpstreamTimeouts {
  std::chrono::nanoseconds connect = std::chrono::seconds{5};
  // Until the first byte of a response, and between two pieces of it.
  std::chrono::nanoseconds response = std::chrono::seconds{60};
  // A connection that nobody uses is kept this long.
  std::chrono::nanoseconds idle = std::chrono::seconds{55};

  friend bool operator==(const UpstreamTimeouts&, const UpstreamTimeouts&) = default;
};

}  // namespace gatehouse
