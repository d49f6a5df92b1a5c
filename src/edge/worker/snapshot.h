#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "certs/binding/binding_table.h"
#include "edge/route/route_table.h"
#include "edge/session/thread_context.h"
#include "io/address.h"
#include "tls/profile.h"
#include "tls/ticket_keys.h"

namespace gatehouse::edge {

// Names one listening address for as long as the program runs; the number under which it is
// counted.
using ListenerId = std::uint32_t;

// What one listening address serves.
struct ListenerPlan {
  io::SocketAddress address;
  bool metrics = false;  // answers with the counters only
  // Without it the listener is plain HTTP.
  std::shared_ptr<const certs::BindingTable> bindings;
  std::shared_ptr<const RouteTable> routes;
};

// What all workers serve. Immutable: the control thread builds the next one and hands it to each
// worker, which takes it between two passes of its loop. Tables that did not change are shared.
struct Snapshot {
  std::uint64_t revision = 0;
  EdgeSettings settings;
  tls::Profile profile = tls::Profile::intermediate;
  tls::TicketSeed tickets;
  CertificateSummary certificate;  // for the welcome page
  std::map<ListenerId, ListenerPlan> listeners;
  std::size_t most_connections_per_worker = SIZE_MAX;
};

}  // namespace gatehouse::edge
