#include "base/time_text.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using namespace std::chrono_literals;

WallTime at(std::chrono::sys_days day, std::chrono::nanoseconds into = 0ns) {
  return WallTime(day.time_since_epoch()) + std::chrono::duration_cast<WallTime::duration>(into);
}

constexpr std::chrono::sys_days kLeapDay = std::chrono::year(2028) / 2 / 29;

TEST(DateText, is_the_day_in_utc) {
  EXPECT_EQ(date_text(at(kLeapDay)), "2028-02-29");
  EXPECT_EQ(date_text(at(kLeapDay, 24h - 1s)), "2028-02-29");
  EXPECT_EQ(date_text(at(kLeapDay, 24h)), "2028-03-01");
  EXPECT_EQ(date_text(at(kLeapDay, -1s)), "2028-02-28");
}

TEST(TimestampText, is_rfc_3339_in_utc_to_the_second) {
  EXPECT_EQ(timestamp_text(at(kLeapDay, 7h + 8min + 9s)), "2028-02-29T07:08:09Z");
  EXPECT_EQ(timestamp_text(WallTime{}), "1970-01-01T00:00:00Z");
}

TEST(TimestampText, leaves_out_what_is_less_than_a_second) {
  EXPECT_EQ(timestamp_text(at(kLeapDay, 999ms)), "2028-02-29T00:00:00Z");
}

TEST(TimestampText, has_room_for_the_dates_that_certificates_have) {
  EXPECT_EQ(timestamp_text(at(std::chrono::year(1950) / 1 / 1)), "1950-01-01T00:00:00Z");
  EXPECT_EQ(date_text(at(std::chrono::year(2199) / 12 / 31)), "2199-12-31");
}

}  // namespace
}  // namespace gatehouse
