#include "base/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/json_text.h"

namespace gatehouse {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestDuration = std::chrono::days{30};

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", printable(text)); }

struct NumberAndUnit {
  std::uint64_t number = 0;
  std::string_view unit;
};

std::optional<NumberAndUnit> split_unit(std::string_view text) {
  NumberAndUnit parts;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), parts.number);
  if (code != std::errc{}) return std::nullopt;
  parts.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  return parts;
}

struct Unit {
  std::string_view name;
  std::uint64_t size;
};
constexpr std::array kTimeUnits{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                Unit{"h", 3'600'000}};
constexpr std::array kAmountUnits{
    Unit{"", 1},      Unit{"KiB", 1 << 10},  Unit{"MiB", 1 << 20},     Unit{"GiB", 1 << 30},
    Unit{"kB", 1000}, Unit{"MB", 1'000'000}, Unit{"GB", 1'000'000'000}};

// number * unit, none when the unit is unknown or the product too large.
std::optional<std::uint64_t> multiplied(const NumberAndUnit& parts, std::span<const Unit> units) {
  const auto unit = std::ranges::find(units, parts.unit, &Unit::name);
  std::uint64_t product = 0;
  if (unit == units.end() || __builtin_mul_overflow(parts.number, unit->size, &product)) {
    return std::nullopt;
  }
  return product;
}

}  // namespace

Result<milliseconds> parse_duration(std::string_view text) {
  const auto parts = split_unit(text);
  const auto product = parts ? multiplied(*parts, kTimeUnits) : std::nullopt;
  if (!product) {
    return refused(
        fmt::format("{} is no duration. Write a whole number with its unit, as 500ms, "
                    "10s, 5m or 1h.",
                    quoted(text)));
  }
  if (*product == 0 || *product > static_cast<std::uint64_t>(kLongestDuration.count())) {
    return refused(fmt::format("{} is out of range: a timeout is at least 1ms and at most 720h.",
                               quoted(text)));
  }
  return milliseconds{*product};
}

std::string duration_text(milliseconds duration) {
  const auto count = static_cast<std::uint64_t>(duration.count());
  const Unit* largest = &kTimeUnits.front();
  for (const Unit& unit : kTimeUnits) {
    if (count != 0 && count % unit.size == 0) largest = &unit;
  }
  return fmt::format("{}{}", count / largest->size, largest->name);
}

Result<std::uint64_t> parse_amount(std::string_view text) {
  const auto parts = split_unit(text);
  if (const auto product = parts ? multiplied(*parts, kAmountUnits) : std::nullopt) return *product;
  return refused(
      fmt::format("{} is no number. Write a whole number, with a unit if you like, as "
                  "1000, 64KiB, 10MiB or 1GiB.",
                  quoted(text)));
}

}  // namespace gatehouse
