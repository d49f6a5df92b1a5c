#include "base/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Duration, is_a_whole_number_with_its_unit) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("720h"), 720h);
}

TEST(Duration, refuses_the_rest_and_shows_it) {
  for (const std::string_view bad :
       {"", "10", "s", "10x", "1.5s", "-1s", "+1s", " 1s", "1 s", "1s ", "10S", "0x1s", "1m30s",
        "99999999999999999999s", "18446744073709551615h"}) {
    const auto parsed = parse_duration(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, HasSubstr("\"" + std::string(bad) + "\""));
    EXPECT_THAT(parsed.error().what, HasSubstr("10s")) << bad;
  }
}

TEST(Duration, is_neither_nothing_nor_forever) {
  for (const std::string_view bad : {"0s", "0ms", "721h", "99999h"}) {
    const auto parsed = parse_duration(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, HasSubstr("at most 720h")) << bad;
  }
}

TEST(Amount, may_have_a_unit_of_1024_or_of_1000) {
  EXPECT_EQ(parse_amount("0"), 0U);
  EXPECT_EQ(parse_amount("1000"), 1000U);
  EXPECT_EQ(parse_amount("64KiB"), 65536U);
  EXPECT_EQ(parse_amount("2MiB"), 2097152U);
  EXPECT_EQ(parse_amount("1GiB"), 1073741824U);
  EXPECT_EQ(parse_amount("5kB"), 5000U);
  EXPECT_EQ(parse_amount("5MB"), 5000000U);
  EXPECT_EQ(parse_amount("5GB"), 5000000000U);
}

TEST(Amount, refuses_the_rest) {
  for (const std::string_view bad : {"", "KiB", "-1", "+1", "1K", "1 KiB", "1.5MiB", "1e3", "many",
                                     "18446744073709551616", "18446744073709551615KiB"}) {
    EXPECT_FALSE(parse_amount(bad)) << bad;
  }
}

TEST(Duration, is_written_in_the_largest_unit_that_fits) {
  for (const std::string_view text : {"1ms", "500ms", "1500ms", "1s", "90s", "5m", "1h", "720h"}) {
    EXPECT_EQ(duration_text(parse_duration(text).value()), text);
  }
  EXPECT_EQ(duration_text(60s), "1m");
  EXPECT_EQ(duration_text(0ms), "0ms");
}

}  // namespace
}  // namespace gatehouse
