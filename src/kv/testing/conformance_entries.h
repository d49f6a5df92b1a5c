#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kv/testing/conformance_fixture.h"

namespace gatehouse::kv::testing {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

inline Outcome conflict(std::size_t condition, Revision found) {
  return Conflict{condition, found};
}

TEST_P(Conformance, a_key_that_was_never_put_is_absent) { EXPECT_EQ(get("a"), std::nullopt); }

TEST_P(Conformance, what_was_put_is_read_with_the_revision_of_its_transaction) {
  const Revision at = put("a", "1");
  EXPECT_GT(at, 0);
  EXPECT_EQ(get("a"), (Entry{"a", bytes("1"), at, Lease::none}));
}

TEST_P(Conformance, an_empty_value_is_a_value) {
  const Revision at = put("a", "");
  EXPECT_EQ(get("a"), (Entry{"a", {}, at, Lease::none}));
}

TEST_P(Conformance, keys_and_values_are_any_bytes) {
  const std::string key("\x00\xff/\x80 '\"%", 8);
  const std::string value("\x00\x01\xff\x00", 4);
  const Revision at = put(key, value);
  EXPECT_EQ(get(key), (Entry{key, bytes(value), at, Lease::none}));
  EXPECT_EQ(get(key.substr(0, 1)), std::nullopt);
}

TEST_P(Conformance, a_later_put_replaces_and_raises_the_revision) {
  const Revision first = put("a", "1");
  const Revision second = put("a", "2");
  EXPECT_GT(second, first);
  EXPECT_EQ(get("a"), (Entry{"a", bytes("2"), second, Lease::none}));
}

TEST_P(Conformance, the_same_value_put_again_is_a_change) {
  const Revision first = put("a", "1");
  EXPECT_GT(put("a", "1"), first);
}

TEST_P(Conformance, what_was_erased_is_absent_and_may_be_put_again) {
  put("a", "1");
  const Revision erased = erase("a");
  EXPECT_EQ(get("a"), std::nullopt);
  const Revision again = put("a", "2");
  EXPECT_GT(again, erased);
  EXPECT_EQ(get("a"), (Entry{"a", bytes("2"), again, Lease::none}));
}

TEST_P(Conformance, erasing_what_is_absent_changes_nothing) {
  const Revision before = put("a", "1");
  EXPECT_EQ(erase("b"), before);
  EXPECT_EQ(now(), before);
}

TEST_P(Conformance, a_transaction_without_writes_changes_nothing) {
  const Revision before = put("a", "1");
  EXPECT_EQ(done({{Condition::exists("a")}, {}}), before);
  EXPECT_EQ(done({}), before);
}

TEST_P(Conformance, all_writes_of_a_transaction_have_its_revision) {
  put("c", "old");
  const Revision at =
      done({{}, {Put{"a", bytes("1")}, Put{"b", bytes("2")}, Erase{"c"}, Put{"d", bytes("")}}});
  EXPECT_EQ(get("a")->revision, at);
  EXPECT_EQ(get("b")->revision, at);
  EXPECT_EQ(get("c"), std::nullopt);
  EXPECT_EQ(get("d")->revision, at);
  EXPECT_EQ(now(), at);
}

TEST_P(Conformance, conditions_that_hold_let_a_transaction_happen) {
  const Revision at = put("a", "1");
  const Revision next =
      done({{Condition::at("a", at), Condition::exists("a"), Condition::absent("b")},
            {Put{"a", bytes("2")}, Put{"b", bytes("2")}}});
  EXPECT_EQ(get("a")->revision, next);
  EXPECT_EQ(get("b")->revision, next);
}

TEST_P(Conformance, a_key_that_is_at_another_revision_is_a_conflict) {
  const Revision first = put("a", "1");
  const Revision second = put("a", "2");
  EXPECT_EQ(commit({{Condition::at("a", first)}, {Put{"a", bytes("3")}}}), conflict(0, second));
  EXPECT_EQ(get("a")->value, bytes("2"));
}

TEST_P(Conformance, a_key_that_came_back_is_not_at_its_old_revision) {
  const Revision first = put("a", "1");
  erase("a");
  const Revision again = put("a", "1");
  EXPECT_EQ(commit({{Condition::at("a", first)}, {Erase{"a"}}}), conflict(0, again));
}

TEST_P(Conformance, a_key_that_should_be_absent_and_is_not_is_a_conflict) {
  const Revision at = put("a", "1");
  EXPECT_EQ(commit({{Condition::absent("a")}, {Put{"a", bytes("2")}}}), conflict(0, at));
}

TEST_P(Conformance, a_key_that_should_exist_and_does_not_is_a_conflict) {
  EXPECT_EQ(commit({{Condition::exists("a")}, {Put{"b", bytes("1")}}}), conflict(0, 0));
  EXPECT_EQ(commit({{Condition::at("a", 1)}, {Put{"b", bytes("1")}}}), conflict(0, 0));
  EXPECT_EQ(get("b"), std::nullopt);
}

TEST_P(Conformance, a_conflict_names_the_first_condition_that_does_not_hold) {
  const Revision at = put("a", "1");
  EXPECT_EQ(commit({{Condition::exists("a"), Condition::absent("a"), Condition::exists("b")},
                    {Put{"c", bytes("1")}}}),
            conflict(1, at));
}

TEST_P(Conformance, a_conflict_changes_nothing_at_all) {
  const Revision before = put("a", "1");
  EXPECT_EQ(commit({{Condition::exists("a"), Condition::absent("a")},
                    {Put{"a", bytes("2")}, Put{"b", bytes("2")}, Erase{"c"}}}),
            conflict(1, before));
  EXPECT_EQ(now(), before);
  EXPECT_THAT(keys(""), ElementsAre("a"));
}

TEST_P(Conformance, conditions_look_at_what_was_there_before_the_writes) {
  const Revision at = done({{Condition::absent("a")}, {Put{"a", bytes("1")}}});
  EXPECT_GT(done({{Condition::at("a", at), Condition::exists("a")}, {Erase{"a"}}}), at);
}

TEST_P(Conformance, an_error_or_a_conflict_leaves_the_store_usable) {
  (void)commit({{Condition::exists("a")}, {Put{"a", bytes("1")}}});
  (void)commit({{}, {Put{"", bytes("1")}}});
  const Revision at = put("a", "2");
  EXPECT_EQ(get("a")->revision, at);
}

TEST_P(Conformance, lists_are_in_the_order_of_bytes) {
  for (const auto* key : {"b", "a", "\xff", "a/b", "a.b", "A", "aa"}) put(key, "");
  EXPECT_THAT(keys(""), ElementsAre("A", "a", "a.b", "a/b", "aa", "b", "\xff"));
}

TEST_P(Conformance, a_list_has_what_starts_with_the_prefix_and_nothing_else) {
  for (const auto* key : {"certs", "certs/", "certs/a", "certs/b/c", "certs0", "cert", "d"})
    put(key, "");
  EXPECT_THAT(keys("certs/"), ElementsAre("certs/", "certs/a", "certs/b/c"));
  EXPECT_THAT(keys("x"), IsEmpty());
}

TEST_P(Conformance, a_prefix_of_the_highest_bytes_has_an_end) {
  for (const auto* key : {"a\xff", "a\xff\xff", "b", "\xff", "\xff\xff", "\xff\xff/a"})
    put(key, "");
  EXPECT_THAT(keys("a\xff"), ElementsAre("a\xff", "a\xff\xff"));
  EXPECT_THAT(keys("\xff\xff"), ElementsAre("\xff\xff", "\xff\xff/a"));
}

TEST_P(Conformance, a_page_is_followed_by_the_next_without_gap_or_repetition) {
  std::vector<std::string> put_keys;
  for (int i = 0; i < 25; ++i) {
    put_keys.push_back(fmt::format("list/{:02}", i));
    put(put_keys.back(), "value");
  }
  put("list0", "behind");
  std::vector<std::string> seen;
  Page page;
  do {
    page = list({.prefix = "list/", .after = seen.empty() ? "" : seen.back(), .limit = 10});
    EXPECT_LE(page.entries.size(), 10U);
    for (const auto& entry : page.entries) seen.push_back(entry.key);
  } while (page.more);
  EXPECT_EQ(seen, put_keys);
}

TEST_P(Conformance, the_last_page_says_so_even_when_it_is_full) {
  for (const auto* key : {"a", "b", "c"}) put(key, "");
  EXPECT_TRUE(list({.limit = 2}).more);
  EXPECT_FALSE(list({.limit = 3}).more);
  EXPECT_FALSE(list({.after = "c", .limit = 1}).more);
  EXPECT_THAT(list({.after = "c", .limit = 1}).entries, IsEmpty());
}

TEST_P(Conformance, a_list_goes_on_after_a_key_that_is_gone_or_outside_the_prefix) {
  for (const auto* key : {"b/1", "b/3"}) put(key, "");
  EXPECT_EQ(list({.prefix = "b/", .after = "b/2"}).entries.front().key, "b/3");
  EXPECT_EQ(list({.prefix = "b/", .after = "a"}).entries.size(), 2U);
  EXPECT_THAT(list({.prefix = "b/", .after = "c"}).entries, IsEmpty());
}

TEST_P(Conformance, a_list_has_values_and_revisions_or_revisions_alone) {
  const Revision at = put("a", "value");
  EXPECT_EQ(list({.prefix = "a"}).entries.front(), (Entry{"a", bytes("value"), at, Lease::none}));
  EXPECT_EQ(list({.prefix = "a", .with_values = false}).entries.front(),
            (Entry{"a", {}, at, Lease::none}));
}

TEST_P(Conformance, a_page_of_large_values_ends_early_and_the_next_goes_on) {
  for (int i = 0; i < 8; ++i) put(fmt::format("{}", i), std::string(kLargestValue, 'x'));
  const Page first = list({});
  EXPECT_TRUE(first.more);
  EXPECT_LT(first.entries.size(), 8U);
  const Page second = list({.after = first.entries.back().key});
  EXPECT_FALSE(second.more);
  EXPECT_EQ(first.entries.size() + second.entries.size(), 8U);
  EXPECT_EQ(list({.with_values = false}).entries.size(), 8U);
}

TEST_P(Conformance, a_list_tells_the_revision_of_the_store) {
  const Revision at = put("a", "1");
  EXPECT_EQ(list({.prefix = "elsewhere"}).revision, at);
}

TEST_P(Conformance, the_largest_key_value_and_transaction_are_taken) {
  const std::string key(kLongestKey, 'k');
  put(key, std::string(kLargestValue, 'v'));
  EXPECT_EQ(get(key)->value.size(), kLargestValue);
  Transaction many;
  for (std::size_t i = 0; i < kMostWrites; ++i) {
    many.conditions.push_back(Condition::absent(fmt::format("many/{}", i)));
    many.writes.push_back(Put{fmt::format("many/{}", i), bytes("1")});
  }
  done(std::move(many));
  EXPECT_EQ(keys("many/").size(), kMostWrites);
}

inline std::vector<Transaction> too_large() {
  std::vector<Transaction> all(7);
  all[0].writes.push_back(Put{"", bytes("1")});
  all[1].writes.push_back(Put{std::string(kLongestKey + 1, 'k'), bytes("1")});
  all[2].writes.push_back(Put{"a", Bytes(kLargestValue + 1)});
  all[3].conditions.push_back(Condition::absent(""));
  for (std::size_t i = 0; i <= kMostWrites; ++i)
    all[4].writes.push_back(Erase{fmt::format("{}", i)});
  for (std::size_t i = 0; i <= kMostConditions; ++i) {
    all[5].conditions.push_back(Condition::absent(fmt::format("{}", i)));
  }
  all[6].writes = {Put{"a", Bytes(kLargestTransaction / 2)},
                   Put{"b", Bytes(kLargestTransaction / 2)}};
  return all;
}

TEST_P(Conformance, what_is_larger_than_the_limits_is_refused_and_changes_nothing) {
  const Revision before = put("a", "1");
  for (auto& transaction : too_large()) {
    transaction.writes.insert(transaction.writes.begin(), Put{"first", bytes("1")});
    const auto outcome = commit(std::move(transaction));
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().kind, ErrorKind::invalid) << outcome.error().what;
  }
  EXPECT_EQ(now(), before);
}

TEST_P(Conformance, a_transaction_that_writes_a_key_twice_is_refused) {
  const auto outcome = commit({{}, {Put{"a", bytes("1")}, Erase{"a"}}});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::invalid);
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_P(Conformance, a_key_or_a_page_that_cannot_be_is_refused) {
  EXPECT_FALSE(run(store.get("", soon())).has_value());
  EXPECT_FALSE(run(store.get(std::string(kLongestKey + 1, 'k'), soon())).has_value());
  EXPECT_FALSE(run(store.list({.limit = 0}, soon())).has_value());
  EXPECT_FALSE(run(store.list({.limit = kLongestPage + 1}, soon())).has_value());
}

TEST_P(Conformance, two_objects_of_one_store_share_what_is_kept) {
  const Revision at = put("a", "1");
  const auto seen = run(harness->other().get("a", soon()));
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ((*seen)->revision, at);
}

// Of many who compare and swap at once, each change is made by exactly one.
inline io::Task<void> count_up(Store& store, io::Deadline deadline, int times, int& done) {
  while (done < times) {
    auto entry = co_await store.get("counter", deadline);
    if (!entry) co_return;
    const bool absent = !entry->has_value();
    const std::string value = absent ? "" : std::string(as_text((**entry).value));
    const Condition unchanged =
        absent ? Condition::absent("counter") : Condition::at("counter", (**entry).revision);
    auto outcome =
        co_await store.commit({{unchanged}, {Put{"counter", bytes(value + "x")}}}, deadline);
    if (!outcome) co_return;
    if (std::holds_alternative<Committed>(*outcome)) ++done;
  }
}

TEST_P(Conformance, compare_and_swap_loses_no_change_of_many_at_once) {
  constexpr int kTimes = 20;
  std::array<int, 5> done{};
  io::Scope scope(harness->reactor());
  for (int& mine : done) {
    Store& by = &mine == &done.front() ? harness->other() : store;
    scope.spawn(count_up(by, soon(), kTimes, mine));
  }
  while (scope.running() != 0) harness->reactor().run_once(std::chrono::seconds(10));
  EXPECT_THAT(done, ::testing::Each(kTimes));
  EXPECT_EQ(get("counter")->value.size(), kTimes * done.size());
}

}  // namespace gatehouse::kv::testing
