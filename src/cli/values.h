#pragma once

#include <string_view>

#include "base/result.h"
#include "cli/command.h"

namespace gatehouse::cli {

// `head=10s`, into the member of that name.
Result<Ok> set_timeout(Timeouts& timeouts, std::string_view text);
// `body=64MiB`
Result<Ok> set_limit(Limits& limits, std::string_view text);

Result<unsigned> parse_workers(std::string_view text);
// `/api=http://127.0.0.1:9000`
Result<RunCommand::Route> parse_route(std::string_view text);

}  // namespace gatehouse::cli
