#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "io/intrusive_list.h"

namespace gatehouse::io {

struct TimerLink;

// Something that happens at a point in time, unless it is unlinked before. Owned by whoever waits.
class Timer : public Link<TimerLink> {
 public:
  SteadyTime due() const { return due_; }

 protected:
  ~Timer() = default;

 private:
  friend class TimerWheel;
  virtual void expired() = 0;

  SteadyTime due_{};
};

// Hashed wheel: arming and disarming cost a few pointer writes, whatever the number of timers.
// A timer fires at most one tick late, never early.
class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{32};
  static constexpr std::size_t kSlots = 512;

  explicit TimerWheel(SteadyTime now) : swept_(tick_of(now)) {}

  void arm(Timer& timer, SteadyTime due);
  // Fires what is due. A timer may arm itself or others again while it fires.
  void sweep(SteadyTime now);
  // No timer is due before; nothing when there is no timer.
  std::optional<SteadyTime> next() const;

 private:
  using Slot = IntrusiveList<Timer, TimerLink>;
  using Tick = std::int64_t;

  static Tick tick_of(SteadyTime time) { return time.time_since_epoch() / kTick; }
  void sweep_slot(std::size_t slot, SteadyTime now);
  void mark(std::size_t slot) { used_[slot / 64] |= std::uint64_t{1} << (slot % 64); }
  void unmark(std::size_t slot) { used_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64)); }
  bool marked(std::size_t slot) const { return ((used_[slot / 64] >> (slot % 64)) & 1) != 0; }
  bool none_marked() const;

  std::array<Slot, kSlots> slots_;
  // A set bit may stand for a slot that has become empty; sweeping clears it.
  std::array<std::uint64_t, kSlots / 64> used_{};
  Tick swept_;
};

}  // namespace gatehouse::io
