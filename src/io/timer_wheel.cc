#include "io/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace gatehouse::io {

void TimerWheel::arm(Timer& timer, SteadyTime due) {
  timer.due_ = due;
  // One tick later than the tick it falls in, so that a swept slot holds only what is due.
  const Tick tick = std::max(tick_of(due), swept_) + 1;
  const auto slot = static_cast<std::size_t>(tick) % kSlots;
  slots_[slot].push_back(timer);
  mark(slot);
}

void TimerWheel::sweep(SteadyTime now) {
  const Tick until = tick_of(now);
  const Tick from = std::max(swept_ + 1, until - static_cast<Tick>(kSlots) + 1);
  swept_ = std::max(swept_, until);
  if (none_marked()) return;
  for (Tick tick = from; tick <= until; ++tick) {
    const auto slot = static_cast<std::size_t>(tick) % kSlots;
    if (marked(slot)) sweep_slot(slot, now);
  }
}

void TimerWheel::sweep_slot(std::size_t slot, SteadyTime now) {
  Slot visited;
  visited.splice_back(slots_[slot]);
  unmark(slot);
  while (Timer* timer = visited.front()) {
    if (timer->due() <= now) {
      Slot::remove(*timer);
      timer->expired();
    } else {
      slots_[slot].push_back(*timer);  // another turn of the wheel
      mark(slot);
    }
  }
}

bool TimerWheel::none_marked() const {
  return std::ranges::all_of(used_, [](std::uint64_t word) { return word == 0; });
}

std::optional<SteadyTime> TimerWheel::next() const {
  const auto first = static_cast<std::size_t>(swept_ + 1) % kSlots;
  // The first word is looked at twice: its bits from `first` on now, those before at the very end.
  for (std::size_t i = 0; i <= used_.size(); ++i) {
    const std::size_t word = (first / 64 + i) % used_.size();
    const std::uint64_t mask = i == 0 ? ~std::uint64_t{0} << (first % 64) : ~std::uint64_t{0};
    if (const std::uint64_t bits = used_[word] & mask; bits != 0) {
      const std::size_t slot = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      const std::size_t ahead = (slot + kSlots - first) % kSlots;
      return SteadyTime{} + (swept_ + 1 + static_cast<Tick>(ahead)) * kTick;
    }
  }
  return std::nullopt;
}

}  // namespace gatehouse::io
