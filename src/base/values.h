#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse {

// `500ms`, `10s`, `5m`, `1h`: a whole number and a unit, more than zero, at most 30 days.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
// As parse_duration() reads it, in the largest unit that needs no fraction: 90s, not 1m30s.
std::string duration_text(std::chrono::milliseconds duration);

// A whole number, alone or with KiB, MiB, GiB (1024) or kB, MB, GB (1000).
Result<std::uint64_t> parse_amount(std::string_view text);

}  // namespace gatehouse
