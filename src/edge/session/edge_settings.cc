#include "edge/session/edge_settings.h"

#include <algorithm>

namespace gatehouse::edge {

bool EdgeSettings::trusts(std::string_view address) const {
  if (trusted_proxies.empty()) return false;
  const auto ip = IpAddress::parse(address);
  return ip && std::ranges::any_of(trusted_proxies,
                                   [&](const Cidr& network) { return network.contains(*ip); });
}

}  // namespace gatehouse::edge
