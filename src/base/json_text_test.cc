#include "base/json_text.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using namespace std::string_view_literals;

TEST(JsonText, plain_text_stands_in_quotes_as_it_is) {
  EXPECT_EQ(json_string(""), R"("")");
  EXPECT_EQ(json_string("/a/b?c=d&e='f'"), R"("/a/b?c=d&e='f'")");
}

TEST(JsonText, quotes_backslashes_and_control_characters_are_escaped) {
  EXPECT_EQ(json_string("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json_string("a\nb\rc\td"), R"("a\nb\rc\td")");
  EXPECT_EQ(json_string("\0\x1b\x7f"sv), R"("\u0000\u001b\u007f")");
}

TEST(JsonText, well_formed_utf8_stays) {
  EXPECT_EQ(json_string("é€😀 \uFFFF"), "\"é€😀 \uFFFF\"");
  EXPECT_EQ(json_string("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\"");  // U+10FFFF
}

TEST(JsonText, c1_controls_are_escaped_though_they_are_utf8) {
  EXPECT_EQ(json_string("\xc2\x9b"
                        "31m"),
            R"("\u009b31m")");
  EXPECT_EQ(json_string("\xc2\xa0"), "\"\xc2\xa0\"");
}

TEST(JsonText, each_byte_that_is_no_utf8_becomes_a_replacement_character) {
  EXPECT_EQ(json_string("\xff"), R"("\ufffd")");
  EXPECT_EQ(json_string("a\xc3"), R"("a\ufffd")");                              // cut short
  EXPECT_EQ(json_string("\xc0\xaf"), R"("\ufffd\ufffd")");                      // overlong
  EXPECT_EQ(json_string("\xe0\x80\x80"), R"("\ufffd\ufffd\ufffd")");            // overlong
  EXPECT_EQ(json_string("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");            // surrogate
  EXPECT_EQ(json_string("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");  // above U+10FFFF
  EXPECT_EQ(json_string("\xe2\x82(x"), R"("\ufffd\ufffd(x")");
}

TEST(JsonText, never_needs_more_than_the_room_that_it_announces) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(40, static_cast<char>(byte));
    EXPECT_LE(json_string(text).size(), json_string_room(text.size())) << byte;
  }
}

TEST(JsonText, a_special_byte_is_found_wherever_it_stands) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string alone = json_string(std::string(1, static_cast<char>(byte)));
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = static_cast<char>(byte);
      const std::string expected = "\"" + std::string(at, 'x') + alone.substr(1, alone.size() - 2) +
                                   std::string(19 - at, 'x') + "\"";
      EXPECT_EQ(json_string(text), expected) << byte << " at " << at;
    }
  }
}

TEST(JsonText, appends_after_what_is_there) {
  std::string out = "{";
  append_json_string(out, "a");
  append_json_string(out, "b");
  EXPECT_EQ(out, R"({"a""b")");
}

TEST(JsonText, printable_text_cannot_steer_a_terminal) {
  EXPECT_EQ(printable("a \"b\" \\c é"), "a \"b\" \\c é");
  EXPECT_EQ(printable("\x1b[31m\n\xc2\x9b\xff"), R"(\u001b[31m\n\u009b\ufffd)");
}

}  // namespace
}  // namespace gatehouse
