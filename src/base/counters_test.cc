#include "base/counters.h"

#include <map>
#include <thread>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using namespace std::chrono_literals;

TEST(Counter, counts_what_one_thread_adds_while_another_reads) {
  Counter counter;
  std::thread writer([&counter] {
    for (int i = 0; i < 100'000; ++i) counter.add();
  });
  std::uint64_t before = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t now = counter.value();
    EXPECT_GE(now, before);
    before = now;
  }
  writer.join();
  EXPECT_EQ(counter.value(), 100'000U);
}

TEST(Gauge, goes_up_and_down) {
  Gauge gauge;
  gauge.add(3);
  gauge.add(-5);
  EXPECT_EQ(gauge.value(), -2);
}

std::size_t bucket_of(std::chrono::nanoseconds duration) {
  DurationHistogram histogram;
  histogram.record(duration);
  std::size_t bucket = 0;
  while (histogram.in_bucket(bucket) == 0) ++bucket;
  return bucket;
}

TEST(DurationHistogram, puts_a_duration_below_its_inclusive_upper_bound) {
  EXPECT_EQ(bucket_of(0ns), 0U);
  EXPECT_EQ(bucket_of(-1s), 0U);
  for (std::size_t bucket = 0; bucket + 1 < DurationHistogram::kBuckets; ++bucket) {
    const auto bound = DurationHistogram::upper_bound(bucket);
    EXPECT_EQ(bucket_of(bound), bucket);
    EXPECT_EQ(bucket_of(bound + 1ns), bucket + 1);
  }
  EXPECT_EQ(bucket_of(std::chrono::nanoseconds::max()), DurationHistogram::kBuckets - 1);
}

TEST(DurationHistogram, sums_what_it_saw) {
  DurationHistogram histogram;
  histogram.record(2ms);
  histogram.record(3ms);
  EXPECT_EQ(histogram.sum_ns(), 5'000'000U);
}

template <std::size_t kSlots>
std::map<std::uint64_t, std::uint64_t> contents(const CounterTable<kSlots>& table) {
  std::map<std::uint64_t, std::uint64_t> all;
  table.each([&all](std::uint64_t key, std::uint64_t count) { all[key] += count; });
  return all;
}

TEST(CounterTable, counts_each_key_apart) {
  CounterTable<64> table;
  for (std::uint64_t key = 1; key <= 20; ++key) table.add(key, key);
  table.add(20);
  const auto all = contents(table);
  ASSERT_EQ(all.size(), 20U);
  EXPECT_EQ(all.at(1), 1U);
  EXPECT_EQ(all.at(20), 21U);
  EXPECT_EQ(table.overflow(), 0U);
}

TEST(CounterTable, what_does_not_fit_is_counted_together) {
  CounterTable<64> table;
  for (std::uint64_t key = 1; key <= 1000; ++key) table.add(key);
  std::uint64_t sum = table.overflow();
  for (const auto& [key, count] : contents(table)) sum += count;
  EXPECT_EQ(sum, 1000U);
  EXPECT_GE(table.overflow(), 1000U - 64);
}

TEST(CounterTable, is_read_while_it_is_written) {
  CounterTable<256> table;
  std::thread writer([&table] {
    for (std::uint64_t i = 0; i < 50'000; ++i) table.add(1 + i % 100);
  });
  for (int i = 0; i < 100; ++i) {
    for (const auto& [key, count] : contents(table)) {
      EXPECT_LE(key, 100U);
      EXPECT_GE(count, 1U);
    }
  }
  writer.join();
  EXPECT_EQ(contents(table).at(100), 500U);
}

}  // namespace
}  // namespace gatehouse
