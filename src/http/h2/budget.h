#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace gatehouse::http {

// What a peer may make us do without asking for anything: every frame that carries neither a
// request nor content costs, time and content that moves earn. A connection that has spent all is a
// flood.
class H2Budget {
 public:
  enum class Cost : std::uint16_t {
    window_update = 1,
    priority = 1,
    other = 2,
    ping = 4,
    data = 4,  // earned back by content
    continuation = 8,
    settings = 10,
    reset = 10,        // by the peer, or by us for what it did
    large_head = 100,  // decoded to the end for nothing
  };
  static constexpr std::int64_t kMost = 4000;
  static constexpr std::int64_t kPerSecond = 1000;
  static constexpr std::int64_t kPerContent = 8;    // a DATA frame, either way
  static constexpr std::size_t kLeastContent = 16;  // smaller ones earn what they cost

  explicit H2Budget(SteadyTime now) : since_(now) {}

  void spend(Cost cost) { left_ -= static_cast<std::int64_t>(cost); }
  // Of a DATA frame that came: at least what it has cost.
  void earn_received(std::size_t bytes) {
    earn(bytes < kLeastContent ? static_cast<std::int64_t>(Cost::data) : kPerContent);
  }
  void earn_sent(std::size_t bytes) {
    if (bytes >= kLeastContent) earn(kPerContent);
  }
  // Adds what the time since the last call has earned.
  void earn_time(SteadyTime now);
  bool spent() const { return left_ < 0; }

 private:
  void earn(std::int64_t more) {
    if (left_ < kMost) left_ += more;
  }

  std::int64_t left_ = kMost;
  SteadyTime since_;
};

}  // namespace gatehouse::http
