#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/access_log.h"
#include "certs/binding/binding_table.h"
#include "edge/route/route_table.h"
#include "edge/session/edge_settings.h"
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
  // Answers with the counters only: `routes` is metrics_routes(). No limit of connections keeps
  // its clients out.
  bool metrics = false;
  // Without it the listener is plain HTTP.
  std::shared_ptr<const certs::BindingTable> bindings;
  std::shared_ptr<const RouteTable> routes;  // never nullptr
};

// What all workers serve. Immutable: the control thread builds the next one and hands it to each
// worker, which takes it between two passes of its loop. Tables that did not change are shared.
//
// Policy numbers (tls::Answer::policy, Site::policy) outlive snapshots: a connection keeps the one
// of its handshake, and is told 421 where a site has another by now. So a number stands for one
// meaning for as long as the program runs: take them from one certs::PolicyNumbers.
//
// Who builds a snapshot keeps it in a RetiredSnapshots when the next one is in force: destroying
// what 10,000 sites consist of is no work for a thread that serves.
struct Snapshot {
  std::uint64_t revision = 0;
  EdgeSettings settings;
  // What connections are prepared for before their name is known. Others cost a little more.
  tls::Profile profile = tls::Profile::intermediate;
  // Of the program: the same in all its snapshots. Listeners keep those they began with.
  tls::TicketSeed tickets;
  // The store's certificates, for names whose binding says none; nullptr: there is no store.
  std::shared_ptr<const certs::NameIndex> names;
  CertificateSummary certificate;  // for the welcome page
  std::map<ListenerId, ListenerPlan> listeners;
  std::size_t most_connections_per_worker = SIZE_MAX;
  // Where requests are logged while this is the latest snapshot. The worker holds it then; a
  // connection that keeps an older snapshot does not keep its log.
  std::weak_ptr<AccessLog> access_log;
};

}  // namespace gatehouse::edge
