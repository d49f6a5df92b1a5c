#include "base/utf8.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Utf8, well_formed_sequences_have_their_length) {
  EXPECT_EQ(utf8_length("\u00fcber"), 2u);
  EXPECT_EQ(utf8_length("\u20ac"), 3u);
  EXPECT_EQ(utf8_length("\U0001f512"), 4u);
  for (const std::string_view broken :
       {"", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\x80", "\xe2\x82"}) {
    EXPECT_EQ(utf8_length(broken), 0u);
  }
}

TEST(Utf8, text_is_either_well_formed_throughout_or_not) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("a \u00fc \U0001f512"));
  EXPECT_FALSE(is_utf8("a \xfc"));
}

TEST(Utf8, characters_are_counted_not_bytes) {
  EXPECT_EQ(utf8_characters("a\u00fc\U0001f512"), 3u);
  EXPECT_EQ(utf8_characters(""), 0u);
}

TEST(Utf8, bytes_that_are_none_are_replaced_and_the_rest_is_kept) {
  EXPECT_EQ(valid_utf8("a\xff \xc3\xa9\"\n\xe2\x82"),
            "a\xef\xbf\xbd \xc3\xa9\"\n\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace gatehouse
