#include "base/utf8.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Utf8, the_length_is_that_of_the_first_sequence) {
  EXPECT_EQ(utf8_length("\xc3\xa9x"), 2u);
  EXPECT_EQ(utf8_length("\xe2\x82\xac"), 3u);
  EXPECT_EQ(utf8_length("\xf0\x9f\x94\x92"), 4u);
}

TEST(Utf8, what_is_overlong_a_surrogate_too_high_or_cut_short_is_none) {
  for (const char* bad : {"\xc0\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3",
                          "\xe2\x82", "\x80", "\xff", ""}) {
    EXPECT_EQ(utf8_length(bad), 0u) << bad;
  }
}

TEST(Utf8, bytes_that_are_none_are_replaced_and_the_rest_is_kept) {
  EXPECT_EQ(valid_utf8("a\xff \xc3\xa9\"\n\xe2\x82"),
            "a\xef\xbf\xbd \xc3\xa9\"\n\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace gatehouse
