#include "http/h2/budget.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;
using Cost = H2Budget::Cost;

constexpr SteadyTime kStart{1h};

int until_spent(H2Budget& budget, Cost cost) {
  int frames = 0;
  while (!budget.spent()) {
    budget.spend(cost);
    ++frames;
  }
  return frames;
}

TEST(H2Budget, bears_a_burst_of_what_busy_clients_do) {
  H2Budget budget(kStart);
  for (int i = 0; i < 300; ++i) budget.spend(Cost::reset);
  EXPECT_FALSE(budget.spent());
}

TEST(H2Budget, is_spent_by_any_flood_alone) {
  for (const Cost cost : {Cost::window_update, Cost::priority, Cost::other, Cost::ping, Cost::data,
                          Cost::continuation, Cost::settings, Cost::reset, Cost::large_head}) {
    H2Budget budget(kStart);
    EXPECT_LE(until_spent(budget, cost), 4001) << static_cast<int>(cost);
  }
}

TEST(H2Budget, comes_back_with_time_and_not_beyond_what_it_was) {
  H2Budget budget(kStart);
  const int most = until_spent(budget, Cost::ping);
  budget.earn_time(kStart + 1s);
  EXPECT_FALSE(budget.spent());
  EXPECT_NEAR(until_spent(budget, Cost::ping), 250, 2);
  budget.earn_time(kStart + 24h);
  EXPECT_EQ(until_spent(budget, Cost::ping), most);
}

TEST(H2Budget, loses_no_time_that_comes_in_small_pieces) {
  H2Budget budget(kStart);
  (void)until_spent(budget, Cost::ping);
  for (int i = 1; i <= 10'000; ++i) budget.earn_time(kStart + i * 100us);
  EXPECT_NEAR(until_spent(budget, Cost::ping), 250, 2);
}

TEST(H2Budget, does_not_care_for_a_clock_that_stands) {
  H2Budget budget(kStart);
  (void)until_spent(budget, Cost::ping);
  budget.earn_time(kStart);
  budget.earn_time(kStart - 1h);
  EXPECT_TRUE(budget.spent());
}

// A client that acknowledges and measures while it reads or writes, as gRPC does.
TEST(H2Budget, is_never_spent_by_a_stream_of_messages) {
  H2Budget budget(kStart);
  for (int i = 0; i < 100'000; ++i) {
    budget.spend(Cost::data);
    budget.earn_received(100);
    budget.spend(Cost::ping);
  }
  EXPECT_FALSE(budget.spent());
}

TEST(H2Budget, is_never_spent_by_who_acknowledges_each_frame_that_it_reads) {
  H2Budget budget(kStart);
  for (int i = 0; i < 100'000; ++i) {
    budget.earn_sent(16 * 1024);
    budget.spend(Cost::window_update);
    budget.spend(Cost::window_update);
    budget.spend(Cost::ping);
  }
  EXPECT_FALSE(budget.spent());
}

TEST(H2Budget, is_spent_by_windows_of_a_byte_each) {
  H2Budget budget(kStart);
  int updates = 0;
  for (; !budget.spent() && updates < 100'000; ++updates) {
    budget.spend(Cost::window_update);
    budget.earn_sent(1);
  }
  EXPECT_LE(updates, 4001);
}

TEST(H2Budget, does_not_grow_by_content_beyond_what_it_was) {
  H2Budget budget(kStart);
  for (int i = 0; i < 10'000; ++i) budget.earn_sent(1000);
  EXPECT_LE(until_spent(budget, Cost::reset), 402);
}

}  // namespace
}  // namespace gatehouse::http
