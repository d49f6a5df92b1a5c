#pragma once

#include "cli/api.h"

namespace gatehouse::cli {

// The running gatehouse at the first of the sockets where somebody answers. Errors: those of
// ApiClient::connect(); unreachable says every place that was tried.
Result<std::unique_ptr<Api>> connect_live(const Connection& connection);

}  // namespace gatehouse::cli
