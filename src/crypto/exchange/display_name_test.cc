#include "crypto/exchange/display_name.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace gatehouse::crypto {
namespace {

TEST(DisplayName, is_what_was_written_where_that_is_harmless) {
  EXPECT_EQ(display_name("Grüße aus Köln"), "Grüße aus Köln");
}

TEST(DisplayName, has_no_control_characters_and_no_spaces_at_its_end) {
  EXPECT_EQ(display_name("a\x1b[31m\nb \t\r\n"), "a [31m b");
}

TEST(DisplayName, is_valid_and_short) {
  EXPECT_TRUE(is_utf8(display_name("\xff\xfe")));
  std::string long_name;
  for (int i = 0; i < 300; ++i) long_name += "ü";
  EXPECT_EQ(display_name(long_name), long_name.substr(0, 256));
  EXPECT_EQ(display_name("x" + long_name), "x" + long_name.substr(0, 254));
}

}  // namespace
}  // namespace gatehouse::crypto
