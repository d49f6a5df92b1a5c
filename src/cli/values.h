#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"

namespace gatehouse::cli {

// `500ms`, `10s`, `5m`, `1h`: a whole number and a unit, more than zero, at most 30 days.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// A whole number, alone or with KiB, MiB, GiB (1024) or kB, MB, GB (1000).
Result<std::uint64_t> parse_amount(std::string_view text);

// `head=10s`, into the member of that name.
Result<Ok> set_timeout(Timeouts& timeouts, std::string_view text);
// `body=64MiB`
Result<Ok> set_limit(Limits& limits, std::string_view text);

Result<unsigned> parse_workers(std::string_view text);
// `/api=http://127.0.0.1:9000`
Result<RunCommand::Route> parse_route(std::string_view text);
// A plain listener on a loopback address: nobody is asked who they are there.
Result<ListenAddress> parse_metrics_address(std::string_view text);

}  // namespace gatehouse::cli
