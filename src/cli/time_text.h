#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace gatehouse::cli {

// RFC 3339 with any offset, to the second; none when it is no time.
std::optional<WallTime> parse_timestamp(std::string_view text);

// "3 days", "1 hour", "20 seconds": the largest unit of which there are two, else the next one.
std::string span_text(std::chrono::seconds span);
// "in 3 days", "5 minutes ago", "now"
std::string relative_text(WallTime time, WallTime now);
// "2026-11-21 16:40 UTC"
std::string minute_text(WallTime time);

}  // namespace gatehouse::cli
