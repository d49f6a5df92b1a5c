#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "edge/route/route_table.h"
#include "edge/session/client_side.h"
#include "edge/session/request_context.h"
#include "edge/session/thread_context.h"
#include "tls/stream.h"

namespace gatehouse::edge {

// What belongs to one request only, so that an idle connection does not carry it.
struct SessionRequest : RequestContext {
  const RouteTable* routes = nullptr;
  http::RequestHead head;
  http::ClientFacts facts;
  const Site* site = nullptr;
  SteadyTime started{};
  int status = 0;
  std::string error;    // why it did not end as it should
  bool parsed = false;  // `head` is defined
};

// What of the connection is told with each of its requests. Borrowed.
struct ConnectionFacts {
  std::string_view peer;
  std::uint16_t peer_port;
  bool peer_trusted;
  const tls::TlsStream* tls;  // nullptr: plain
  const std::optional<tls::HandshakeInfo>& tls_info;
};

// Counts a request that has ended and writes its line in the access log. `client` is nullptr when
// nobody was answered.
void note_request(ThreadContext& thread, const ConnectionFacts& connection,
                  const SessionRequest& request, const ClientSide* client);

}  // namespace gatehouse::edge
