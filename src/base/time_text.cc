#include "base/time_text.h"

#include <ctime>

#include <fmt/chrono.h>

namespace gatehouse {
namespace {

std::tm utc(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  // Fails only beyond the year 2^31, and then the zeros stay.
  static_cast<void>(gmtime_r(&seconds, &parts));
  return parts;
}

}  // namespace

std::string date_text(WallTime time) { return fmt::format("{:%Y-%m-%d}", utc(time)); }

std::string timestamp_text(WallTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc(time));
}

}  // namespace gatehouse
