#pragma once

#include <cstddef>
#include <cstdint>

#include "base/counted.h"
#include "edge/route/route_table.h"
#include "edge/session/generation.h"
#include "tls/server_context.h"

namespace gatehouse::edge {

// Where connections of a listener arrive: of one that is bound to every address, each connection
// has to be asked.
enum class LocalAddress : std::uint8_t { external, loopback, either };

// One listener as one thread sees it. Its connections hold it, also when nobody listens any more.
struct ListenerContext : Counted {
  std::size_t number = 0;                   // in the metrics
  const tls::ServerContext* tls = nullptr;  // nullptr: plain HTTP
  std::uint16_t port = 0;
  LocalAddress local = LocalAddress::either;
  // What requests that begin now are served by. Replaced with each change, for as long as the
  // listener is configured.
  GenerationPtr generation;
  const RouteTable* routes = nullptr;  // part of the generation
  // It is configured no more: its connections end with their next answer.
  bool leaving = false;
};
using ListenerPtr = CountedPtr<const ListenerContext>;

}  // namespace gatehouse::edge
