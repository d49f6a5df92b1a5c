#pragma once

#include <vector>

#include "config/settings.h"

namespace gatehouse::config {

// Where a site answers plain HTTP by its policy: what is written, or :80 beside a listener with TLS
// on port 443.
//   - Whoever keeps loopback has it on each of these ports, whatever happens outside.
//   - What is refused from outside is not even listened for, unless a route is kept there.
//   - What is refused everywhere has no listener.
std::vector<ListenAddress> plain_listeners(const Site& site,
                                           const std::vector<ListenAddress>& written);

}  // namespace gatehouse::config
