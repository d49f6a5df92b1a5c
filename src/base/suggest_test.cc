#include "base/suggest.h"

#include <array>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

constexpr std::array<std::string_view, 6> kKnown{"--listen",  "--limit", "--to",
                                                 "--workers", "--host",  "--state"};

TEST(Suggestion, finds_a_typing_error_a_swap_and_a_beginning) {
  EXPECT_EQ(nearest("--lisen", kKnown), "--listen");
  EXPECT_EQ(nearest("--lsiten", kKnown), "--listen");
  EXPECT_EQ(nearest("--too", kKnown), "--to");
  EXPECT_EQ(nearest("--worker", kKnown), "--workers");
  EXPECT_EQ(nearest("--lim", kKnown), "--limit");
  EXPECT_EQ(nearest("-listen", kKnown), "--listen");
}

TEST(Suggestion, does_not_guess_wildly) {
  for (const std::string_view said : {"--elephant", "--x", "-", "--", "", "--li"}) {
    EXPECT_EQ(nearest(said, kKnown), std::nullopt) << said;
  }
  EXPECT_EQ(nearest(std::string(10'000, 'a'), kKnown), std::nullopt);
}

TEST(Suggestion, is_a_question_or_nothing) {
  EXPECT_EQ(did_you_mean("--lisen", kKnown), " Did you mean \"--listen\"?");
  EXPECT_EQ(did_you_mean("--elephant", kKnown), "");
}

}  // namespace
}  // namespace gatehouse
