#pragma once

#include <string>

#include "base/clock.h"

namespace gatehouse {

// `2027-02-18`, in UTC.
std::string date_text(WallTime time);
// RFC 3339 in UTC, to the second: `2027-02-18T12:00:00Z`.
std::string timestamp_text(WallTime time);

}  // namespace gatehouse
