#include "cli/time_text.h"

#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "base/time_text.h"

namespace gatehouse::cli {
namespace {

using namespace std::chrono;

// The digits at `at`; none where something else stands.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < at + digits) return std::nullopt;
  int number = 0;
  const char* begin = text.data() + at;
  if (*begin < '0' || *begin > '9') return std::nullopt;
  const auto [end, wrong] = std::from_chars(begin, begin + digits, number);
  if (wrong != std::errc{} || end != begin + digits) return std::nullopt;
  return number;
}

// "Z", "+01:00", behind an optional fraction.
std::optional<minutes> offset_of(std::string_view rest) {
  if (rest.starts_with('.')) {
    const auto end = rest.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end);
  }
  if (rest == "Z" || rest == "z") return minutes{0};
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto hour = number_at(rest, 1, 2);
  const auto minute = number_at(rest, 4, 2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const auto offset = hours{*hour} + minutes{*minute};
  return rest[0] == '+' ? offset : -offset;
}

std::optional<sys_days> date_of(std::string_view text) {
  const auto y = number_at(text, 0, 4);
  const auto m = number_at(text, 5, 2);
  const auto d = number_at(text, 8, 2);
  if (!y || !m || !d || text[4] != '-' || text[7] != '-') return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

struct Unit {
  seconds length;
  std::string_view name;
};
constexpr std::array kUnits{Unit{days{365}, "year"}, Unit{days{1}, "day"}, Unit{hours{1}, "hour"},
                            Unit{minutes{1}, "minute"}, Unit{seconds{1}, "second"}};

}  // namespace

std::optional<WallTime> parse_timestamp(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  const auto date = date_of(text);
  const auto h = number_at(text, 11, 2);
  const auto m = number_at(text, 14, 2);
  const auto s = number_at(text, 17, 2);
  const auto offset = offset_of(text.substr(19));
  if (!date || !h || !m || !s || !offset || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (*h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return WallTime{*date + hours{*h} + minutes{*m} + seconds{*s} - *offset};
}

std::string span_text(seconds span) {
  for (const Unit& unit : kUnits) {
    const auto many = span / unit.length;
    if (many >= 2) return fmt::format("{} {}s", many, unit.name);
  }
  return span.count() == 1 ? "1 second" : "0 seconds";
}

std::string relative_text(WallTime time, WallTime now) {
  const auto distance = floor<seconds>(time) - floor<seconds>(now);
  if (distance.count() == 0) return "now";
  if (distance.count() < 0) return span_text(-distance) + " ago";
  return "in " + span_text(distance);
}

std::string minute_text(WallTime time) {
  std::string text = timestamp_text(time);
  text[10] = ' ';
  return text.substr(0, 16) + " UTC";
}

}  // namespace gatehouse::cli
