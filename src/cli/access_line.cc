#include "cli/access_line.h"

#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/access_record.h"
#include "base/json_text.h"
#include "base/time_text.h"

namespace gatehouse::cli {
namespace {

using Json = nlohmann::json;

const Json& member(const Json& object, const char* name) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::string text_of(const Json& value) {
  return value.is_string() ? printable(value.get_ref<const std::string&>()) : "";
}

double number_of(const Json& value) { return value.is_number() ? value.get<double>() : 0; }

// "16:40:03", in UTC.
std::string time_of_day(double seconds) {
  // A WallTime counts nanoseconds in 64 bits and ends in the year 2262.
  constexpr double kLatest =
      std::chrono::floor<std::chrono::seconds>(WallTime::max()).time_since_epoch().count();
  if (!(seconds >= 0 && seconds < kLatest)) return "--:--:--";
  const WallTime time{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
  return timestamp_text(time).substr(11, 8);
}

std::string duration(double seconds) {
  if (!(seconds >= 0 && seconds < 1e6)) return "-";
  if (seconds >= 10) return fmt::format("{:.0f} s", seconds);
  return seconds >= 1 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} ms", seconds * 1000);
}

std::string without_port(const std::string& host) {
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  return has_port ? host.substr(0, colon) : host;
}

std::string end_of(const Json& line) {
  const std::string upstream = text_of(member(member(line, "upstream"), "addr"));
  const std::string error = text_of(member(line, "error"));
  return (upstream.empty() ? "" : "  -> " + upstream) + (error.empty() ? "" : "  (" + error + ")");
}

}  // namespace

std::optional<AccessLine> AccessLine::parse(std::string_view json) {
  if (json.size() > kLongestAccessLine) return std::nullopt;
  const Json line = Json::parse(json, nullptr, false);
  const Json& request = member(line, "request");
  if (!request.is_object() || !member(line, "status").is_number()) return std::nullopt;
  const std::string host = text_of(member(request, "host"));
  return AccessLine{
      without_port(host),
      fmt::format("{}  {:3.0f}  {} {}{}  {}  {}{}", time_of_day(number_of(member(line, "ts"))),
                  number_of(member(line, "status")), text_of(member(request, "method")), host,
                  text_of(member(request, "uri")), text_of(member(request, "client_ip")),
                  duration(number_of(member(line, "duration"))), end_of(line))};
}

}  // namespace gatehouse::cli
