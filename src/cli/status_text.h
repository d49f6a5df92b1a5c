#pragma once

#include <string>

#include "api/messages.h"
#include "base/clock.h"
#include "cli/console.h"

namespace gatehouse::cli {

// What matters, within 80 columns and, however much is published, on one screen.
std::string status_text(const api::Status& status, WallTime now, const Paint& paint);

}  // namespace gatehouse::cli
