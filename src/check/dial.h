#pragma once

#include "check/report.h"
#include "io/reactor.h"
#include "io/task.h"
#include "tls/probe.h"

namespace gatehouse::check {

// One connection and what came of it. `unreachable` is the predicate of a sentence about the
// server, empty when the connection stood.
struct TlsDial {
  std::string unreachable;
  tls::Observation seen;
  std::optional<HttpResult> answer;  // when a request was asked for and the handshake completed
};
struct PlainDial {
  std::string unreachable;
  HttpResult answer = std::unexpected(NoAnswer());
};

// Both end by the deadline. A TLS handshake with a client of these options, and then the request.
io::Task<TlsDial> dial_tls(io::Reactor& reactor, io::SocketAddress address,
                           tls::ProbeOptions options, std::optional<tls::AnonymousRequest> request,
                           io::Deadline deadline);
// The request without TLS.
io::Task<PlainDial> dial_plain(io::Reactor& reactor, io::SocketAddress address,
                               tls::AnonymousRequest request, io::Deadline deadline);

}  // namespace gatehouse::check
