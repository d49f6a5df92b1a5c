#include "certs/store/served_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/testing/faulty_store.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using testing::FaultyStore;
using testing::identity;
using ::testing::IsEmpty;
using testing::kNow;
using ::testing::SizeIs;

TEST(ServedTimes, a_thousand_handshakes_are_one_write_an_hour) {
  ServedTimes times;
  const auto id = RecordId::random();
  for (int i = 0; i < 1000; ++i) times.note(id, kNow + std::chrono::seconds(i));
  EXPECT_THAT(times.next_batch().times, SizeIs(1));
  EXPECT_THAT(times.next_batch().times, IsEmpty());
  for (int i = 1000; i < 4599; ++i) times.note(id, kNow + std::chrono::seconds(i));
  EXPECT_THAT(times.next_batch().times, IsEmpty());
  times.note(id, kNow + std::chrono::seconds(999 + 3600));
  EXPECT_THAT(times.next_batch().times, SizeIs(1));
}

TEST(ServedTimes, the_latest_time_is_what_is_written) {
  ServedTimes times;
  const auto id = RecordId::random();
  times.note(id, kNow + std::chrono::hours(2));
  times.note(id, kNow);
  const auto batch = times.next_batch();
  ASSERT_THAT(batch.times, SizeIs(1));
  EXPECT_EQ(batch.times[0].second, kNow + std::chrono::hours(2));
}

TEST(ServedTimes, a_batch_fits_a_transaction_and_all_of_them_hold_each_once) {
  ServedTimes times;
  for (int i = 0; i < 1000; ++i) times.note(RecordId::random(), kNow);
  std::vector<RecordId> all;
  for (auto batch = times.next_batch(); !batch.times.empty(); batch = times.next_batch()) {
    EXPECT_TRUE(kv::check(batch.transaction));
    for (const auto& [id, when] : batch.times) all.push_back(id);
  }
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::unique(all).begin(), all.end());
  EXPECT_THAT(all, SizeIs(1000));
}

TEST(ServedTimes, a_batch_that_was_put_back_comes_again_once) {
  ServedTimes times;
  const auto id = RecordId::random();
  times.note(id, kNow);
  auto batch = times.next_batch();
  times.put_back(batch);
  times.note(id, kNow + std::chrono::hours(2));
  batch = times.next_batch();
  EXPECT_THAT(batch.times, SizeIs(1));
  times.note(id, kNow + std::chrono::hours(4));
  times.put_back(batch);
  EXPECT_THAT(times.next_batch().times, SizeIs(1));
  EXPECT_THAT(times.next_batch().times, IsEmpty());
}

class ServedTimesInTheStore : public testing::StoreFixture {};

TEST_F(ServedTimesInTheStore, are_told_with_the_record_after_they_were_written) {
  const Record www = put("www", identity({"a.example"}));
  store().mark_served(www.id, kNow);
  EXPECT_EQ(record(www.id).last_served, std::nullopt);
  ASSERT_TRUE(run(store().write_served_times(soon())));
  EXPECT_EQ(record(www.id).last_served, std::chrono::floor<std::chrono::seconds>(kNow));
}

TEST_F(ServedTimesInTheStore, of_removed_records_are_forgotten_and_cost_the_others_nothing) {
  const Record www = put("www", identity({"a.example"}));
  for (int i = 0; i < 250; ++i) store().mark_served(RecordId::random(), kNow);
  store().mark_served(www.id, kNow);
  const auto before = everything().size();
  ASSERT_TRUE(run(store().write_served_times(soon())));
  EXPECT_EQ(everything().size(), before + 1);
  EXPECT_NE(record(www.id).last_served, std::nullopt);
}

TEST_F(ServedTimesInTheStore, are_written_later_when_the_store_fails) {
  FaultyStore faulty(memory);
  auto on = must(run(CertificateStore::open(faulty, reactor, master, usage, soon())));
  const Record www = must(run(on->put({.content = identity({"a.example"})}, {"a", "b"}, soon())));
  faulty.fail_at(1, FaultyStore::When::before);
  on->mark_served(www.id, kNow);
  EXPECT_FALSE(run(on->write_served_times(soon())));
  EXPECT_EQ(record(www.id).last_served, std::nullopt);
  EXPECT_TRUE(run(on->write_served_times(soon())));
  EXPECT_NE(record(www.id).last_served, std::nullopt);
}

}  // namespace
}  // namespace gatehouse::certs
