#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

namespace gatehouse {

// Written by ONE thread, read by any: a plain load and store, no locked instruction. Readers see a
// value that was true a moment ago.
class Counter {
 public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void add(std::int64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Durations in buckets of 0.1 ms times powers of two, up to 52 s and beyond.
class DurationHistogram {
 public:
  static constexpr std::size_t kBuckets = 21;  // the last one has no upper bound
  static constexpr std::chrono::nanoseconds upper_bound(std::size_t bucket) {
    return std::chrono::nanoseconds{100'000LL << bucket};
  }

  void record(std::chrono::nanoseconds duration) {
    const auto ns = duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count());
    buckets_[bucket_of(ns)].add();
    sum_ns_.add(ns);
  }
  std::uint64_t in_bucket(std::size_t bucket) const { return buckets_[bucket].value(); }
  std::uint64_t sum_ns() const { return sum_ns_.value(); }

 private:
  static std::size_t bucket_of(std::uint64_t ns) {
    // Upper bounds are inclusive, so that one nanosecond less decides.
    const auto index = static_cast<std::size_t>(std::bit_width((ns == 0 ? 0 : ns - 1) / 100'000));
    return index < kBuckets ? index : kBuckets - 1;
  }

  std::array<Counter, kBuckets> buckets_;
  Counter sum_ns_;
};

// Counters by a key that is not known beforehand, in a fixed space: what does not fit any more is
// counted in overflow(). One thread adds, any thread visits. Keys are not zero.
template <std::size_t kSlots>
class CounterTable {
  static_assert(std::has_single_bit(kSlots));

 public:
  void add(std::uint64_t key, std::uint64_t n = 1) {
    std::size_t slot = (key * 0x9e3779b97f4a7c15ULL) >> (64 - std::bit_width(kSlots - 1));
    for (std::size_t probe = 0; probe < kProbes; ++probe, slot = (slot + 1) & (kSlots - 1)) {
      const std::uint64_t there = slots_[slot].key.load(std::memory_order_relaxed);
      if (there == key) return slots_[slot].count.add(n);
      if (there != 0) continue;
      slots_[slot].count.add(n);
      slots_[slot].key.store(key, std::memory_order_release);
      return;
    }
    overflow_.add(n);
  }

  // visit(key, count)
  template <class Visit>
  void each(Visit visit) const {
    for (const Slot& slot : slots_) {
      const std::uint64_t key = slot.key.load(std::memory_order_acquire);
      if (key != 0) visit(key, slot.count.value());
    }
  }
  std::uint64_t overflow() const { return overflow_.value(); }

 private:
  static constexpr std::size_t kProbes = 32;
  struct Slot {
    std::atomic<std::uint64_t> key{0};
    Counter count;
  };
  std::array<Slot, kSlots> slots_;
  Counter overflow_;
};

}  // namespace gatehouse
