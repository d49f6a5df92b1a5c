#include "cli/values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/suggest.h"
#include "base/values.h"
#include "config/timeout_fields.h"
#include "config/values.h"
#include "http/fields.h"

namespace gatehouse::cli {
namespace {

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::usage);
}

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", printable(text)); }

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

struct LimitName {
  std::string_view name;
  std::uint64_t least;
  std::uint64_t most;
  void (*set)(Limits&, std::uint64_t);
};
constexpr std::uint64_t kAny = ~std::uint64_t{0};
constexpr std::array kLimits{
    LimitName{"connections", 1, kAny, [](Limits& to, std::uint64_t n) { to.connections = n; }},
    LimitName{"head", config::kSmallestHead, config::kLargestHead,
              [](Limits& to, std::uint64_t n) { to.head = n; }},
    LimitName{"fields", 1, http::kMaxFields, [](Limits& to, std::uint64_t n) { to.fields = n; }},
    LimitName{"body", 0, kAny, [](Limits& to, std::uint64_t n) { to.body = n; }}};

}  // namespace

Result<Ok> set_timeout(Timeouts& timeouts, std::string_view text) {
  const auto parts = split_assignment(text);
  if (!parts) {
    return refused(
        fmt::format("{} sets no timeout. Write NAME=DURATION, as head=10s.", quoted(text)));
  }
  const auto known =
      std::ranges::find(config::kTimeoutFields, parts->name, &config::TimeoutField::name);
  if (known == config::kTimeoutFields.end()) {
    return unknown_name(parts->name, "timeout", config::kTimeoutFields);
  }
  auto duration = parse_duration(parts->value);
  if (!duration) return pass_on(duration);
  timeouts.*known->value = *duration;
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
  unsigned number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = code == std::errc{} && end == text.data() + text.size();
  if (whole && number >= 1 && number <= config::kMostWorkers) return number;
  return refused(
      fmt::format("{} is no number of workers. Write 1 to {}, or leave it out for one per "
                  "CPU.",
                  quoted(text), config::kMostWorkers));
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

}  // namespace gatehouse::cli
