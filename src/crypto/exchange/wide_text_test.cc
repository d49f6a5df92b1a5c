#include "crypto/exchange/wide_text.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace gatehouse::crypto {
namespace {

TEST(WideText, holds_every_character) {
  for (const std::string_view text : {"", "plain", "Grüße", "日本語", "🔑🔒", "\U0010ffff"}) {
    EXPECT_EQ(narrow_text(wide_text(text).view()), text);
  }
  EXPECT_EQ(hex(wide_text("aü€🔑").view()), "006100fc20acd83ddd11");
}

TEST(WideText, that_is_broken_becomes_text_all_the_same) {
  EXPECT_EQ(narrow_text(as_bytes(std::string_view("\xd8\x3d\x00\x61", 4))), "\ufffda");
  EXPECT_EQ(narrow_text(as_bytes(std::string_view("\xdd\x11", 2))), "\ufffd");
  EXPECT_EQ(narrow_text(as_bytes(std::string_view("\xd8\x3d", 2))), "\ufffd");
  EXPECT_EQ(narrow_text(as_bytes(std::string_view("\x00\x61\x00", 3))), "a");
}

}  // namespace
}  // namespace gatehouse::crypto
