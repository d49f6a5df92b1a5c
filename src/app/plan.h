#pragma once

#include <span>

#include "app/identities.h"
#include "cli/command.h"
#include "edge/worker/snapshot.h"

namespace gatehouse::app {

// A listener that is open: its number is its place in the list.
struct OpenListener {
  io::SocketAddress address;
  bool tls = true;
  bool metrics = false;
};

// What the workers serve, from what a person asked for; without certificates. `labels` numbers
// sites and upstreams for the metrics; `most_connections` of all workers together.
edge::Snapshot make_plan(const cli::RunCommand& command, std::span<const OpenListener> listeners,
                         MetricLabels& labels, const Clock& clock, std::size_t workers,
                         std::size_t most_connections);

// The same with what answers handshakes now.
std::shared_ptr<const edge::Snapshot> with_identities(const edge::Snapshot& plan,
                                                      std::span<const OpenListener> listeners,
                                                      const Identities& identities,
                                                      std::uint64_t revision);

}  // namespace gatehouse::app
