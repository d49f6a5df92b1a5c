#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace gatehouse::control {

// An address that a configuration needs to listen on.
struct ListenerNeed {
  ListenAddress address;
  bool metrics = false;
  // One site may ask for several ports that the kernel chooses: they are told apart by this.
  unsigned number = 0;
  friend bool operator==(const ListenerNeed&, const ListenerNeed&) = default;
};

// Every address of enabled sites, of bindings, of `listeners`, and that of the metrics; each once,
// in this order. A binding by name needs a listener of all addresses where no site has its port.
std::vector<ListenerNeed> listener_needs(const config::Settings& settings);

// Whether what asked for `wanted` answers at `endpoint`, which was opened for `opened`: the same
// port, and an address that is part of what was asked for. A port that the kernel chose belongs to
// whom it was chosen for.
bool answers_at(const ListenAddress& wanted, const ListenAddress& opened,
                const IpEndpoint& endpoint);

}  // namespace gatehouse::control
