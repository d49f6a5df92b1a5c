#include "cli/values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/suggest.h"
#include "http/fields.h"

namespace gatehouse::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestDuration = std::chrono::days{30};
constexpr unsigned kMostWorkers = 1024;
constexpr std::uint64_t kSmallestHead = 1024;
constexpr std::uint64_t kLargestHead = 32768;

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::usage);
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

struct NameAndValue {
  std::string_view name;
  std::string_view value;
};

std::optional<NameAndValue> split_assignment(std::string_view text) {
  const auto sign = text.find('=');
  if (sign == std::string_view::npos) return std::nullopt;
  return NameAndValue{text.substr(0, sign), text.substr(sign + 1)};
}

// "--timeout takes NAME=DURATION ..., not "x"; did you mean "y"?"
template <class Entries>
std::unexpected<Error> unknown_name(std::string_view name, std::string_view what,
                                    const Entries& entries) {
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const auto& entry : entries) names.push_back(entry.name);
  return refused(fmt::format("{} is no {}.{} There are: {}.", quoted(name), what,
                             did_you_mean(name, names), fmt::join(names, ", ")));
}

struct TimeoutName {
  std::string_view name;
  milliseconds Timeouts::* member;
};
constexpr std::array kTimeouts{
    TimeoutName{"handshake", &Timeouts::handshake}, TimeoutName{"head", &Timeouts::head},
    TimeoutName{"body", &Timeouts::body},           TimeoutName{"idle", &Timeouts::idle},
    TimeoutName{"write", &Timeouts::write},         TimeoutName{"connect", &Timeouts::connect},
    TimeoutName{"response", &Timeouts::response},   TimeoutName{"tunnel", &Timeouts::tunnel},
    TimeoutName{"drain", &Timeouts::drain}};

struct LimitName {
  std::string_view name;
  std::uint64_t least;
  std::uint64_t most;
  void (*set)(Limits&, std::uint64_t);
};
constexpr std::uint64_t kAny = ~std::uint64_t{0};
constexpr std::array kLimits{
    LimitName{"connections", 1, kAny, [](Limits& to, std::uint64_t n) { to.connections = n; }},
    LimitName{"head", kSmallestHead, kLargestHead,
              [](Limits& to, std::uint64_t n) { to.head = n; }},
    LimitName{"fields", 1, http::kMaxFields, [](Limits& to, std::uint64_t n) { to.fields = n; }},
    LimitName{"body", 0, kAny, [](Limits& to, std::uint64_t n) { to.body = n; }}};

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

Result<std::uint64_t> parse_amount(std::string_view text) {
  const auto parts = split_unit(text);
  if (const auto product = parts ? multiplied(*parts, kAmountUnits) : std::nullopt) return *product;
  return refused(
      fmt::format("{} is no number. Write a whole number, with a unit if you like, as "
                  "1000, 64KiB, 10MiB or 1GiB.",
                  quoted(text)));
}

Result<Ok> set_timeout(Timeouts& timeouts, std::string_view text) {
  const auto parts = split_assignment(text);
  if (!parts) {
    return refused(
        fmt::format("{} sets no timeout. Write NAME=DURATION, as head=10s.", quoted(text)));
  }
  const auto known = std::ranges::find(kTimeouts, parts->name, &TimeoutName::name);
  if (known == kTimeouts.end()) return unknown_name(parts->name, "timeout", kTimeouts);
  auto duration = parse_duration(parts->value);
  if (!duration) return pass_on(duration);
  timeouts.*known->member = *duration;
  return Ok{};
}

Result<Ok> set_limit(Limits& limits, std::string_view text) {
  const auto parts = split_assignment(text);
  if (!parts) {
    return refused(
        fmt::format("{} sets no limit. Write NAME=NUMBER, as body=64MiB.", quoted(text)));
  }
  const auto known = std::ranges::find(kLimits, parts->name, &LimitName::name);
  if (known == kLimits.end()) return unknown_name(parts->name, "limit", kLimits);
  auto amount = parse_amount(parts->value);
  if (!amount) return pass_on(amount);
  if (*amount < known->least || *amount > known->most) {
    const std::string most = known->most == kAny ? "" : fmt::format(" and at most {}", known->most);
    return refused(fmt::format("{} is out of range: {} is at least {}{}.", quoted(text),
                               known->name, known->least, most));
  }
  known->set(limits, *amount);
  return Ok{};
}

Result<unsigned> parse_workers(std::string_view text) {
  const auto parts = split_unit(text);
  if (parts && parts->unit.empty() && parts->number >= 1 && parts->number <= kMostWorkers) {
    return static_cast<unsigned>(parts->number);
  }
  return refused(
      fmt::format("{} is no number of workers. Write 1 to {}, or leave it out for one per "
                  "CPU.",
                  quoted(text), kMostWorkers));
}

Result<RunCommand::Route> parse_route(std::string_view text) {
  const auto parts = split_assignment(text);
  const auto odd = [](unsigned char c) { return c <= ' ' || c >= 0x7f || c == '?' || c == '#'; };
  if (!parts || !parts->name.starts_with('/') || std::ranges::any_of(parts->name, odd)) {
    return refused(fmt::format(
        "{} is no route. Write PREFIX=URL, where the prefix is a path that begins with \"/\", as "
        "/api=http://127.0.0.1:9000.",
        quoted(text)));
  }
  auto url = UpstreamUrl::parse(parts->value);
  if (!url) return pass_on(url);
  return RunCommand::Route{std::string(parts->name), std::move(*url)};
}

Result<ListenAddress> parse_metrics_address(std::string_view text) {
  std::string plain(text);
  if (!plain.starts_with("http://")) plain.insert(0, "http://");
  // Two sockets would need two names for one thing.
  if (plain.starts_with("http://localhost:")) plain.replace(7, 9, "127.0.0.1");
  auto address = ListenAddress::parse(plain);
  const bool loopback = address && address->scope() == ListenAddress::Scope::one_address &&
                        address->endpoints().front().address.is_loopback();
  if (loopback) return address;
  return refused(fmt::format(
      "{} is no address for metrics. They are read without a password, so that they are served on "
      "loopback only: write 127.0.0.1:9100 or [::1]:9100.",
      quoted(text)));
}

}  // namespace gatehouse::cli
