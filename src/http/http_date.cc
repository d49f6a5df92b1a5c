#include <algorithm>
#include <chrono>

#include "http/h1_writer.h"

namespace gatehouse::http {
namespace {

constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

void put_two(char* at, unsigned value) {
  at[0] = static_cast<char>('0' + value / 10 % 10);
  at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

HttpDate format_http_date(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));

  HttpDate text;
  std::ranges::copy(std::string_view("Sun, 06 Nov 1994 08:49:37 GMT"), text.begin());
  std::ranges::copy(kWeekdays.substr(std::chrono::weekday{day}.c_encoding() * 3, 3), &text[0]);
  put_two(&text[5], static_cast<unsigned>(date.day()));
  std::ranges::copy(kMonths.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3), &text[8]);
  put_two(&text[12], year / 100);
  put_two(&text[14], year);
  put_two(&text[17], static_cast<unsigned>(clock.hours().count()));
  put_two(&text[20], static_cast<unsigned>(clock.minutes().count()));
  put_two(&text[23], static_cast<unsigned>(clock.seconds().count()));
  return text;
}

}  // namespace gatehouse::http
