#include "http/h2/field_block.h"

#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace gatehouse::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<std::string, std::string>> all(const FieldBlock& block) {
  std::vector<std::pair<std::string, std::string>> fields;
  block.each([&](std::string_view name, std::string_view value) {
    fields.emplace_back(name, value);
    return true;
  });
  return fields;
}

TEST(FieldBlock, keeps_fields_in_their_order_with_whatever_bytes_they_have) {
  FieldBlock block;
  EXPECT_TRUE(block.empty());
  block.add("b", "", 1000);
  block.add("a", std::string_view("\0\r\n", 3), 1000);
  block.add("b", "again", 1000);
  EXPECT_THAT(all(block),
              ElementsAre(Pair("b", ""), Pair("a", std::string("\0\r\n", 3)), Pair("b", "again")));
}

TEST(FieldBlock, counts_every_field_with_32_bytes_more) {
  FieldBlock block;
  block.add("name", "value", 1000);
  EXPECT_EQ(block.size(), 41U);
}

TEST(FieldBlock, takes_as_much_as_the_limit_and_nothing_after_it_was_passed) {
  FieldBlock block;
  block.add("a", "1", 68);
  block.add("b", "2", 68);
  EXPECT_FALSE(block.too_large());
  block.add("c", "", 68);
  EXPECT_TRUE(block.too_large());
  block.add("", "", 1000);
  EXPECT_TRUE(block.too_large());
  EXPECT_THAT(all(block), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST(FieldBlock, stops_where_its_reader_does) {
  FieldBlock block;
  block.add("a", "1", 1000);
  block.add("b", "2", 1000);
  int seen = 0;
  EXPECT_FALSE(block.each([&](std::string_view, std::string_view) { return ++seen < 1; }));
  EXPECT_EQ(seen, 1);
  EXPECT_THAT(all(FieldBlock{}), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::http
