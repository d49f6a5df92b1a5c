#include "io/event.h"

#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "io/testing.h"

namespace gatehouse::io {
namespace {

using namespace std::chrono_literals;

class Events : public testing::ReactorTest {
 protected:
  Scope scope{reactor};
  Event event{reactor};
  std::vector<int> order;
};

Task<void> waits(Event& event, Deadline deadline, std::optional<Wake>& woken) {
  woken = co_await event.wait(deadline);
}

Task<void> waits_as(Event& event, int number, std::vector<int>& order) {
  if (co_await event.wait(Deadline::never()) == Wake::ready) order.push_back(number);
}

Task<void> waits_twice(Event& event, std::vector<int>& order) {
  (void)co_await event.wait(Deadline::never());
  order.push_back(1);
  (void)co_await event.wait(Deadline::never());
  order.push_back(2);
}

Task<void> notifies(Event& event, std::vector<int>& order) {
  event.notify_all();
  order.push_back(0);
  co_return;
}

TEST_F(Events, wake_all_who_wait_in_the_order_of_their_waiting) {
  for (int i = 1; i <= 3; ++i) scope.spawn(waits_as(event, i, order));
  EXPECT_TRUE(event.awaited());
  event.notify_all();
  settle();
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_FALSE(event.awaited());
}

TEST_F(Events, wake_nobody_inside_the_call_that_notifies) {
  scope.spawn(waits_as(event, 1, order));
  scope.spawn(notifies(event, order));
  settle();
  EXPECT_EQ(order, (std::vector{0, 1}));
}

TEST_F(Events, keep_nothing_for_who_waits_later) {
  event.notify_all();
  std::optional<Wake> woken;
  scope.spawn(waits(event, reactor.in(1s), woken));
  settle();
  EXPECT_FALSE(woken);
  advance(2s);
  EXPECT_EQ(woken, Wake::timed_out);
}

TEST_F(Events, do_not_wake_a_task_twice_that_waits_again) {
  scope.spawn(waits_twice(event, order));
  event.notify_all();
  settle();
  EXPECT_EQ(order, (std::vector{1}));
  event.notify_all();
  settle();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(Events, leave_a_wait_at_its_deadline_and_wake_the_others) {
  std::optional<Wake> hasty;
  std::optional<Wake> patient;
  scope.spawn(waits(event, reactor.in(1s), hasty));
  scope.spawn(waits(event, reactor.in(1h), patient));
  advance(2s);
  EXPECT_EQ(hasty, Wake::timed_out);
  EXPECT_FALSE(patient);
  event.notify_all();
  settle();
  EXPECT_EQ(patient, Wake::ready);
}

TEST_F(Events, forget_a_wait_whose_scope_is_cancelled) {
  std::optional<Wake> woken;
  scope.spawn(waits(event, Deadline::never(), woken));
  scope.cancel();
  EXPECT_FALSE(event.awaited());
  settle();
  EXPECT_EQ(woken, Wake::cancelled);
  event.notify_all();
  settle();
}

TEST_F(Events, cancel_their_waits_when_they_go) {
  auto mortal = std::make_unique<Event>(reactor);
  std::optional<Wake> woken;
  scope.spawn(waits(*mortal, Deadline::never(), woken));
  mortal.reset();
  settle();
  EXPECT_EQ(woken, Wake::cancelled);
}

TEST_F(Events, may_go_between_the_call_that_notifies_and_the_wake) {
  auto mortal = std::make_unique<Event>(reactor);
  std::optional<Wake> woken;
  scope.spawn(waits(*mortal, Deadline::never(), woken));
  mortal->notify_all();
  mortal.reset();
  settle();
  EXPECT_EQ(woken, Wake::ready);
}

}  // namespace
}  // namespace gatehouse::io
