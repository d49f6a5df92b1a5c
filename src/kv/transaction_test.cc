#include "kv/transaction.h"

#include <gmock/gmock.h>

#include "kv/key_range.h"

namespace gatehouse::kv {
namespace {

using ::testing::HasSubstr;

TEST(KeyRange, ends_behind_every_key_of_the_prefix) {
  EXPECT_EQ(end_of_prefix("a"), "b");
  EXPECT_EQ(end_of_prefix("a/"), "a0");
  EXPECT_EQ(end_of_prefix("a\xff\xff"), "b");
  EXPECT_EQ(end_of_prefix("\x7f"), "\x80");
}

TEST(KeyRange, of_everything_has_no_end) {
  EXPECT_EQ(end_of_prefix(""), std::nullopt);
  EXPECT_EQ(end_of_prefix("\xff\xff"), std::nullopt);
}

TEST(Transactions, errors_name_the_key_and_the_limit_and_never_the_value) {
  const auto checked = check(Transaction{{}, {Put{"certs/a", Bytes(kLargestValue + 1, 'S')}}});
  ASSERT_FALSE(checked.has_value());
  EXPECT_THAT(checked.error().what, HasSubstr("certs/a"));
  EXPECT_THAT(checked.error().what, HasSubstr("1048576"));
  EXPECT_THAT(checked.error().what, ::testing::Not(HasSubstr("SS")));
}

TEST(Transactions, errors_show_keys_without_control_characters) {
  EXPECT_EQ(key_text(std::string_view("a/\x00\x1b\xff b", 7)), "a/\\x00\\x1b\\xff\\x20b");
  const auto checked = check_key(std::string(kLongestKey + 1, '\x1b'));
  EXPECT_THAT(checked.error().what, ::testing::Not(HasSubstr("\x1b")));
}

TEST(Transactions, of_the_largest_size_are_valid) {
  const std::size_t half = (kLargestTransaction - 2) / 2;
  EXPECT_TRUE(check(Transaction{{}, {Put{"a", Bytes(half)}, Put{"b", Bytes(half)}}}).has_value());
  EXPECT_FALSE(check(Transaction{{}, {Put{"a", Bytes(half)}, Put{"bc", Bytes(half)}}}).has_value());
}

TEST(Conditions, hold_by_the_revision_that_is_found) {
  EXPECT_TRUE(Condition::absent("a").holds(0));
  EXPECT_FALSE(Condition::absent("a").holds(3));
  EXPECT_TRUE(Condition::exists("a").holds(3));
  EXPECT_FALSE(Condition::exists("a").holds(0));
  EXPECT_TRUE(Condition::at("a", 3).holds(3));
  EXPECT_FALSE(Condition::at("a", 3).holds(4));
  EXPECT_FALSE(Condition::at("a", 3).holds(0));
}

}  // namespace
}  // namespace gatehouse::kv
