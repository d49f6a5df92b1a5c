#include "base/number_text.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Counted, has_a_plural_unless_there_is_exactly_one) {
  EXPECT_EQ(counted(0, "site"), "0 sites");
  EXPECT_EQ(counted(1, "site"), "1 site");
  EXPECT_EQ(counted(2, "site"), "2 sites");
  EXPECT_EQ(counted(18446744073709551615U, "request"), "18446744073709551615 requests");
}

}  // namespace
}  // namespace gatehouse
