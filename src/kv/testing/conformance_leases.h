#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kv/testing/conformance_fixture.h"

namespace gatehouse::kv::testing {

using namespace std::chrono_literals;

TEST_P(Conformance, each_lease_has_a_number_of_its_own) {
  const Lease first = grant(10s);
  const Lease second = grant(10s);
  EXPECT_NE(first, Lease::none);
  EXPECT_NE(second, Lease::none);
  EXPECT_NE(first, second);
}

TEST_P(Conformance, a_lease_does_not_change_the_store) {
  const Revision before = put("a", "1");
  const Lease lease = grant(10s);
  EXPECT_EQ(now(), before);
  EXPECT_TRUE(run(store.revoke(lease, soon())).has_value());
  EXPECT_EQ(now(), before);
}

TEST_P(Conformance, a_key_tells_the_lease_that_it_was_put_with) {
  const Lease lease = grant(10s);
  put("a", "1", lease);
  EXPECT_EQ(get("a")->lease, lease);
  EXPECT_EQ(list({.prefix = "a"}).entries.front().lease, lease);
}

TEST_P(Conformance, keys_disappear_with_the_end_of_their_lease) {
  const Lease lease = grant(10s);
  put("a", "1", lease);
  put("b", "1", lease);
  const Revision before = put("c", "1");
  harness->advance(10s);
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_EQ(get("b"), std::nullopt);
  EXPECT_EQ(get("c")->revision, before);
  EXPECT_GT(now(), before);
}

TEST_P(Conformance, keys_stay_until_the_end_of_their_lease) {
  put("a", "1", grant(10s));
  harness->advance(8s);
  EXPECT_NE(get("a"), std::nullopt);
}

TEST_P(Conformance, a_lease_that_is_kept_alive_has_its_whole_duration_again) {
  const Lease lease = grant(10s);
  put("a", "1", lease);
  for (int i = 0; i < 3; ++i) {
    harness->advance(8s);
    EXPECT_TRUE(run(store.keep_alive(lease, soon())).has_value());
  }
  harness->advance(8s);
  EXPECT_NE(get("a"), std::nullopt);
  harness->advance(3s);
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_P(Conformance, a_lease_ends_alone) {
  const Lease shorter = grant(5s);
  const Lease longer = grant(20s);
  put("a", "1", longer);
  put("b", "1", shorter);
  harness->advance(6s);
  EXPECT_NE(get("a"), std::nullopt);
  EXPECT_EQ(get("b"), std::nullopt);
}

TEST_P(Conformance, a_revoked_lease_takes_its_keys_at_once) {
  const Lease lease = grant(10s);
  put("a", "1", lease);
  EXPECT_TRUE(run(store.revoke(lease, soon())).has_value());
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_P(Conformance, a_key_that_was_put_again_without_its_lease_stays) {
  const Lease lease = grant(10s);
  put("a", "1", lease);
  const Revision at = put("a", "2");
  EXPECT_TRUE(run(store.revoke(lease, soon())).has_value());
  EXPECT_EQ(get("a"), (Entry{"a", bytes("2"), at, Lease::none}));
}

TEST_P(Conformance, a_key_that_was_put_with_another_lease_goes_with_that_one) {
  const Lease first = grant(10s);
  const Lease second = grant(20s);
  put("a", "1", first);
  put("a", "2", second);
  EXPECT_TRUE(run(store.revoke(first, soon())).has_value());
  EXPECT_NE(get("a"), std::nullopt);
  EXPECT_TRUE(run(store.revoke(second, soon())).has_value());
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_P(Conformance, a_key_that_was_erased_and_put_again_has_left_its_lease) {
  const Lease lease = grant(10s);
  put("a", "1", lease);
  erase("a");
  put("a", "2");
  EXPECT_TRUE(run(store.revoke(lease, soon())).has_value());
  EXPECT_NE(get("a"), std::nullopt);
}

TEST_P(Conformance, an_ended_lease_is_not_found) {
  const Lease lease = grant(10s);
  harness->advance(11s);
  EXPECT_EQ(run(store.keep_alive(lease, soon())).error().kind, ErrorKind::not_found);
  EXPECT_EQ(run(store.revoke(lease, soon())).error().kind, ErrorKind::not_found);
  const auto put_with_it = commit({{}, {Put{"b", bytes("1")}, Put{"a", bytes("1"), lease}}});
  ASSERT_FALSE(put_with_it.has_value());
  EXPECT_EQ(put_with_it.error().kind, ErrorKind::not_found);
  EXPECT_EQ(get("b"), std::nullopt);
}

TEST_P(Conformance, a_lease_that_was_never_granted_is_not_found) {
  EXPECT_EQ(run(store.keep_alive(Lease{424242}, soon())).error().kind, ErrorKind::not_found);
  EXPECT_EQ(commit({{}, {Put{"a", bytes("1"), Lease{424242}}}}).error().kind, ErrorKind::not_found);
}

TEST_P(Conformance, a_lease_shorter_or_longer_than_the_limits_is_refused) {
  EXPECT_EQ(run(store.grant(0s, soon())).error().kind, ErrorKind::invalid);
  EXPECT_EQ(run(store.grant(-1s, soon())).error().kind, ErrorKind::invalid);
  EXPECT_EQ(run(store.grant(kLongestLease + 1s, soon())).error().kind, ErrorKind::invalid);
}

TEST_P(Conformance, who_puts_a_key_under_a_lease_first_has_the_job_until_the_lease_ends) {
  const auto take = [&](Lease lease, std::string_view who) {
    auto outcome = commit({{Condition::absent("job")}, {Put{"job", bytes(who), lease}}});
    return outcome && std::holds_alternative<Committed>(*outcome);
  };
  const Lease first = grant(10s);
  const Lease second = grant(60s);
  EXPECT_TRUE(take(first, "first"));
  EXPECT_FALSE(take(second, "second"));
  harness->advance(11s);
  EXPECT_TRUE(take(second, "second"));
  EXPECT_EQ(get("job")->value, bytes("second"));
}

}  // namespace gatehouse::kv::testing
