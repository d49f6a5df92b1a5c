#include "base/counted.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

class Thing : public Counted {
 public:
  explicit Thing(int& alive) : alive_(alive) { ++alive_; }
  ~Thing() override { --alive_; }

 private:
  int& alive_;
};

class SpecialThing final : public Thing {
 public:
  using Thing::Thing;
};

TEST(Counted, the_last_holder_destroys_it) {
  int alive = 0;
  {
    CountedPtr<Thing> one = make_counted<Thing>(alive);
    const CountedPtr<Thing> two = one;
    one = {};
    EXPECT_EQ(alive, 1);
    EXPECT_TRUE(two);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Counted, a_move_hands_the_place_of_one_holder_to_another) {
  int alive = 0;
  CountedPtr<Thing> one = make_counted<Thing>(alive);
  CountedPtr<Thing> two = std::move(one);
  EXPECT_EQ(alive, 1);
  two = make_counted<Thing>(alive);
  EXPECT_EQ(alive, 1) << "the one before had no holder left";
  two = {};
  EXPECT_EQ(alive, 0);
}

TEST(Counted, who_knows_only_the_base_destroys_the_whole) {
  int alive = 0;
  CountedPtr<SpecialThing> special = make_counted<SpecialThing>(alive);
  CountedPtr<Thing> thing = special;
  special = {};
  EXPECT_EQ(alive, 1);
  thing = {};
  EXPECT_EQ(alive, 0);
}

TEST(Counted, an_assignment_to_itself_changes_nothing) {
  int alive = 0;
  CountedPtr<Thing> one = make_counted<Thing>(alive);
  const CountedPtr<Thing>& same = one;
  one = same;
  EXPECT_EQ(alive, 1);
}

}  // namespace
}  // namespace gatehouse
