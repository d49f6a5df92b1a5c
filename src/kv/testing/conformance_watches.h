#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kv/testing/conformance_fixture.h"

namespace gatehouse::kv::testing {

using namespace std::chrono_literals;

TEST_P(Conformance, a_watcher_hears_what_is_put_and_erased_in_order) {
  const auto watcher = watch("", now());
  const Revision first = put("a", "1");
  const Revision second = put("a", "2");
  const Revision third = erase("a");
  EXPECT_THAT(changes(*watcher, 3),
              ::testing::ElementsAre(put_change("a", "1", first), put_change("a", "2", second),
                                     erase_change("a", third)));
}

TEST_P(Conformance, a_watcher_hears_of_its_prefix_alone) {
  const auto watcher = watch("a/", now());
  put("b/1", "1");
  const Revision at = put("a/1", "1");
  put("a", "1");
  const Revision last = put("a/2", "1");
  EXPECT_THAT(changes(*watcher, 2),
              ::testing::ElementsAre(put_change("a/1", "1", at), put_change("a/2", "1", last)));
}

TEST_P(Conformance, a_watcher_hears_of_the_past_since_its_revision) {
  const Revision first = put("a", "1");
  const Revision second = put("b", "2");
  const Revision third = put("a", "3");
  const auto watcher = watch("", first);
  EXPECT_THAT(changes(*watcher, 2),
              ::testing::ElementsAre(put_change("b", "2", second), put_change("a", "3", third)));
  const Revision fourth = put("c", "4");
  EXPECT_THAT(changes(*watcher, 1), ::testing::ElementsAre(put_change("c", "4", fourth)));
}

TEST_P(Conformance, the_changes_of_a_transaction_are_not_parted) {
  put("z", "old");
  const auto watcher = watch("", now());
  const Revision at = done({{}, {Put{"b", bytes("1")}, Put{"a", bytes("2")}, Erase{"z"}}});
  EXPECT_EQ(std::get<Changes>(hear(*watcher)).size(), 3U);
  EXPECT_EQ(now(), at);
}

TEST_P(Conformance, a_watcher_hears_nothing_of_what_changed_nothing) {
  const auto watcher = watch("", put("a", "1"));
  erase("b");
  (void)commit({{Condition::absent("a")}, {Put{"a", bytes("2")}}});
  EXPECT_EQ(hear_briefly(*watcher), Heard(Changes{}));
  const Revision at = put("a", "3");
  EXPECT_THAT(changes(*watcher, 1), ::testing::ElementsAre(put_change("a", "3", at)));
}

TEST_P(Conformance, a_watcher_that_has_waited_to_its_deadline_may_wait_again) {
  const auto watcher = watch("", now());
  EXPECT_EQ(hear_briefly(*watcher), Heard(Changes{}));
  const Revision at = put("a", "1");
  EXPECT_THAT(changes(*watcher, 1), ::testing::ElementsAre(put_change("a", "1", at)));
}

TEST_P(Conformance, a_watcher_hears_the_lease_of_what_was_put_and_its_end) {
  const Lease lease = grant(10s);
  const auto watcher = watch("", now());
  const Revision at = put("b", "1", lease);
  const Revision later = put("a", "1", lease);
  harness->advance(11s);
  EXPECT_EQ(get("a"), std::nullopt);
  const Revision ended = now();
  EXPECT_THAT(
      changes(*watcher, 4),
      ::testing::ElementsAre(put_change("b", "1", at, lease), put_change("a", "1", later, lease),
                             erase_change("a", ended), erase_change("b", ended)));
}

TEST_P(Conformance, watchers_hear_independently) {
  const Revision start = now();
  const auto first = watch("a", start);
  const auto second = watch("b", start);
  const Revision a = put("a", "1");
  const Revision b = put("b", "1");
  EXPECT_THAT(changes(*second, 1), ::testing::ElementsAre(put_change("b", "1", b)));
  EXPECT_THAT(changes(*first, 1), ::testing::ElementsAre(put_change("a", "1", a)));
}

TEST_P(Conformance, a_watcher_that_goes_leaves_the_others) {
  auto first = watch("", now());
  const auto second = watch("", now());
  put("a", "1");
  first.reset();
  put("b", "1");
  EXPECT_EQ(changes(*second, 2).size(), 2U);
}

TEST_P(Conformance, a_watcher_that_is_too_slow_is_told_to_list_again) {
  const auto watcher = watch("", now());
  const auto quick = watch("few/", now());
  for (std::size_t i = 0; i <= Watch::kMostBuffered / kMostWrites; ++i) {
    Transaction many;
    for (std::size_t j = 0; j < kMostWrites; ++j)
      many.writes.push_back(Put{fmt::format("{}/{}", i, j), bytes("1")});
    done(std::move(many));
  }
  const Revision at = put("few/1", "1");
  EXPECT_EQ(hear(*watcher), Heard(ListAgain{}));
  EXPECT_EQ(hear(*watcher), Heard(ListAgain{}));
  EXPECT_THAT(changes(*quick, 1), ::testing::ElementsAre(put_change("few/1", "1", at)));
  const auto again = watch("", now());
  put("a", "1");
  EXPECT_EQ(changes(*again, 1).size(), 1U);
}

TEST_P(Conformance, a_watcher_of_large_values_is_bounded_by_their_bytes) {
  const auto watcher = watch("", now());
  for (std::size_t size = 0; size <= Watch::kLargestBuffered; size += kLargestValue) {
    put("a", std::string(kLargestValue, 'x'));
  }
  EXPECT_EQ(hear(*watcher), Heard(ListAgain{}));
}

TEST_P(Conformance, who_watches_since_a_forgotten_revision_is_told_to_list_again) {
  const Revision start = put("a", "1");
  for (std::size_t i = 0; i <= Watch::kMostBuffered / kMostWrites; ++i) {
    Transaction many;
    for (std::size_t j = 0; j < kMostWrites; ++j)
      many.writes.push_back(Put{fmt::format("{}", j), bytes("1")});
    done(std::move(many));
  }
  EXPECT_EQ(hear(*watch("", start)), Heard(ListAgain{}));
}

TEST_P(Conformance, who_watches_since_a_revision_to_come_is_told_to_list_again) {
  EXPECT_EQ(hear(*watch("", now() + 1000)), Heard(ListAgain{}));
}

inline io::Task<void> follow(Watch& watch, io::Deadline deadline, std::size_t count,
                             std::vector<std::string>& heard) {
  while (heard.size() < count) {
    auto some = co_await watch.next(deadline);
    if (!some || !std::holds_alternative<Changes>(*some)) co_return;
    for (const auto& change : std::get<Changes>(*some)) heard.push_back(change.key);
  }
}

TEST_P(Conformance, a_watcher_that_waits_is_woken) {
  const auto watcher = watch("", now());
  std::vector<std::string> heard;
  io::Scope scope(harness->reactor());
  scope.spawn(follow(*watcher, soon(), 2, heard));
  put("a", "1");
  put("b", "1");
  while (scope.running() != 0) harness->reactor().run_once(10s);
  EXPECT_THAT(heard, ::testing::ElementsAre("a", "b"));
}

TEST_P(Conformance, a_watcher_that_is_cancelled_ends_with_an_error) {
  const auto watcher = watch("", now());
  std::optional<Result<Heard>> answer;
  io::Scope scope(harness->reactor());
  scope.spawn(detail::keep(watcher->next(soon()), answer));
  scope.cancel();
  while (scope.running() != 0) harness->reactor().run_once(10s);
  EXPECT_FALSE(answer->has_value());
}

TEST_P(Conformance, who_lists_and_watches_since_the_list_misses_nothing) {
  put("a", "1");
  const Page page = list({});
  put("b", "1");
  const auto watcher = watch("", page.revision);
  put("c", "1");
  const auto heard = changes(*watcher, 2);
  EXPECT_EQ(heard.front().key, "b");
  EXPECT_EQ(heard.back().key, "c");
}

}  // namespace gatehouse::kv::testing
