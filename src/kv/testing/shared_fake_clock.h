#pragma once

#include <atomic>

#include "base/clock.h"

namespace gatehouse::kv::testing {

// Stands still until it is told to move, and is read by several threads.
class SharedFakeClock final : public Clock {
 public:
  SteadyTime steady() const override { return SteadyTime{SteadyTime::duration{since_start()}}; }
  WallTime wall() const override {
    return WallTime{
        std::chrono::seconds{1'790'000'000} +
        std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds{since_start()})};
  }
  void advance(std::chrono::nanoseconds by) { nanoseconds_ += by.count(); }

 private:
  std::int64_t since_start() const { return nanoseconds_; }

  std::atomic<std::int64_t> nanoseconds_ = 3'600'000'000'000;
};

}  // namespace gatehouse::kv::testing
