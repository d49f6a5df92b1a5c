#include "edge/session/upstream_groups.h"

#include <gtest/gtest.h>

#include "io/testing.h"

namespace gatehouse::edge {
namespace {

using namespace std::chrono_literals;

class UpstreamGroupsTest : public io::testing::ReactorTest {
 protected:
  static std::shared_ptr<UpstreamSet> set(std::uint16_t port, std::uint32_t label = 0) {
    auto made = std::make_shared<UpstreamSet>();
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    made->members.push_back({UpstreamUrl::parse(url).value(), label});
    return made;
  }
  void wait(std::chrono::seconds time) {
    for (auto waited = 0s; waited < time; waited += 1s) advance(1s);
  }

  std::unique_ptr<io::Resolver> resolver = io::Resolver::make(reactor).value();
  UpstreamGroups groups{reactor, *resolver};
};

TEST_F(UpstreamGroupsTest, one_set_has_one_group) {
  const auto one = set(3000);
  UpstreamGroup& group = groups.of(one);
  EXPECT_EQ(&groups.of(one), &group);
  EXPECT_EQ(group.size(), 1u);
  EXPECT_EQ(group.at(0).address(), "127.0.0.1:3000");
}

TEST_F(UpstreamGroupsTest, equal_sets_share_a_group_and_others_do_not) {
  const auto one = set(3000);
  UpstreamGroup& group = groups.of(one);
  EXPECT_EQ(&groups.of(set(3000)), &group);
  EXPECT_NE(&groups.of(set(3001)), &group);
  EXPECT_NE(&groups.of(set(3000, 7)), &group) << "it is counted elsewhere";
  const auto patient = set(3000);
  patient->timeouts.response = 1h;
  EXPECT_NE(&groups.of(patient), &group);
}

TEST_F(UpstreamGroupsTest, a_group_is_forgotten_when_its_last_set_is_gone) {
  auto one = set(3000);
  auto equal = set(3000);
  (void)groups.of(one);
  (void)groups.of(equal);
  groups.begin_to_forget();
  one.reset();
  wait(60s);
  EXPECT_EQ(groups.size(), 1u) << "somebody still has the other";
  equal.reset();
  wait(60s);
  EXPECT_EQ(groups.size(), 0u);
}

TEST_F(UpstreamGroupsTest, a_set_that_is_made_anew_at_the_same_address_is_another) {
  alignas(UpstreamSet) std::array<std::byte, sizeof(UpstreamSet)> place;
  const auto make = [&place](std::uint16_t port) {
    auto* made = new (place.data()) UpstreamSet(*set(port));
    return std::shared_ptr<UpstreamSet>(made, [](UpstreamSet* gone) { gone->~UpstreamSet(); });
  };
  auto one = make(3000);
  EXPECT_EQ(groups.of(one).at(0).address(), "127.0.0.1:3000");
  one.reset();
  const auto two = make(3001);
  EXPECT_EQ(groups.of(two).at(0).address(), "127.0.0.1:3001");
}

TEST_F(UpstreamGroupsTest, thousands_of_sets_are_forgotten_in_parts) {
  std::vector<std::shared_ptr<UpstreamSet>> sets;
  for (std::uint16_t i = 0; i < 5000; ++i) sets.push_back(set(static_cast<std::uint16_t>(i + 1)));
  for (const auto& one : sets) (void)groups.of(one);
  groups.begin_to_forget();
  const auto kept = sets.front();
  sets.clear();
  wait(31s);
  EXPECT_GT(groups.size(), 1u) << "not in one pass";
  wait(60s);
  EXPECT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups.of(kept).at(0).address(), "127.0.0.1:1");
}

}  // namespace
}  // namespace gatehouse::edge
