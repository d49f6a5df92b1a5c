#include "base/shared_runs.h"

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct Entry {
  std::uint64_t where;
  int what;
  std::uint64_t place() const { return where; }
};
using Runs = SharedRuns<Entry>;

constexpr std::uint64_t kFar = 0x9e3779b97f4a7c15;  // steps that are spread over all places

std::vector<int> at(const Runs& runs, std::uint64_t place) {
  std::vector<int> found;
  runs.each(place, [&](const Entry& entry) { found.push_back(entry.what); });
  return found;
}

TEST(SharedRuns, keep_all_that_have_the_same_place) {
  Runs runs;
  runs.insert({kFar, 1});
  runs.insert({kFar, 2});
  runs.insert({2 * kFar, 3});
  EXPECT_THAT(at(runs, kFar), UnorderedElementsAre(1, 2));
  EXPECT_THAT(at(runs, 3 * kFar), IsEmpty());
  EXPECT_EQ(runs.erase(kFar, [](const Entry& entry) { return entry.what == 1; }), 1u);
  EXPECT_EQ(runs.erase(kFar, [](const Entry& entry) { return entry.what == 1; }), 0u);
  EXPECT_THAT(at(runs, kFar), UnorderedElementsAre(2));
  EXPECT_EQ(runs.size(), 2u);
}

TEST(SharedRuns, a_copy_does_not_follow_what_it_was_copied_from) {
  Runs before;
  for (int i = 0; i < 1000; ++i) before.insert({i * kFar, i});
  Runs after = before;
  after.insert({5 * kFar, -5});
  after.erase(7 * kFar, [](const Entry&) { return true; });
  EXPECT_THAT(at(before, 5 * kFar), UnorderedElementsAre(5));
  EXPECT_THAT(at(before, 7 * kFar), UnorderedElementsAre(7));
  EXPECT_THAT(at(after, 5 * kFar), UnorderedElementsAre(5, -5));
  EXPECT_THAT(at(after, 7 * kFar), IsEmpty());
}

TEST(SharedRuns, made_in_one_go_are_what_single_inserts_make) {
  std::vector<Entry> entries;
  for (int i = 0; i < 5000; ++i) entries.push_back({(i % 4000) * kFar, i});
  Runs runs(entries);
  EXPECT_EQ(runs.size(), 5000u);
  EXPECT_THAT(at(runs, 17 * kFar), UnorderedElementsAre(17, 4017));
  EXPECT_THAT(at(runs, 3999 * kFar), UnorderedElementsAre(3999));
  runs.insert({17 * kFar, -1});
  EXPECT_THAT(at(runs, 17 * kFar), UnorderedElementsAre(17, 4017, -1));
}

// Random steps, the last of several copies against a simple table.
TEST(SharedRuns, hold_what_a_simple_table_would) {
  std::mt19937 random(1);
  std::multimap<std::uint64_t, int> model;
  Runs runs;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t place = (random() % 3000) * kFar;
    if (random() % 3 == 0) {
      EXPECT_EQ(runs.erase(place, [](const Entry&) { return true; }), model.erase(place));
    } else {
      runs.insert({place, step});
      model.emplace(place, step);
    }
    if (step % 1000 == 0) runs = Runs(runs);
    ASSERT_EQ(runs.size(), model.size());
  }
  for (std::uint64_t i = 0; i < 3000; ++i) {
    std::vector<int> expected;
    const auto [from, to] = model.equal_range(i * kFar);
    for (auto at = from; at != to; ++at) expected.push_back(at->second);
    EXPECT_THAT(at(runs, i * kFar), ::testing::UnorderedElementsAreArray(expected));
  }
}

}  // namespace
}  // namespace gatehouse
