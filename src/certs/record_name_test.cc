#include "certs/record_name.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace gatehouse::certs {
namespace {

TEST(RecordName, is_text_that_can_be_shown) {
  EXPECT_EQ(RecordName::parse("  Plant 4 (m\u00fcller)  ")->text(), "Plant 4 (m\u00fcller)");
  EXPECT_TRUE(RecordName::parse(std::string(200, 'a')));
  EXPECT_FALSE(RecordName::parse(std::string(201, 'a')));
  EXPECT_FALSE(RecordName::parse("   "));
  EXPECT_FALSE(RecordName::parse("a\nb"));
  EXPECT_FALSE(RecordName::parse("a\x7f"));
  EXPECT_FALSE(RecordName::parse("a\xff"));
}

TEST(RecordName, the_nearest_name_of_any_text_is_one) {
  EXPECT_EQ(RecordName::nearest("www.example.org").text(), "www.example.org");
  EXPECT_EQ(RecordName::nearest(" a\r\nb ").text(), "ab");
  EXPECT_EQ(RecordName::nearest("\t").text(), "certificate");
  EXPECT_EQ(RecordName::nearest(" ").text(), "certificate");
  for (std::size_t size = 190; size < 210; ++size) {
    const auto name = RecordName::nearest(std::string(size, 'a') + "\u00fc\u00fc \u20ac");
    EXPECT_EQ(RecordName::parse(name.text()), name) << size;
  }
  EXPECT_TRUE(is_utf8(RecordName::nearest(std::string(300, '\xc3')).text()));
}

TEST(RecordName, a_number_behind_it_keeps_it_a_name) {
  EXPECT_EQ(RecordName::parse("files")->numbered(2).text(), "files (2)");
  const auto longest = RecordName::parse(std::string(200, 'a'))->numbered(1000);
  EXPECT_EQ(RecordName::parse(longest.text()), longest);
}

}  // namespace
}  // namespace gatehouse::certs
