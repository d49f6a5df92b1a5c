#pragma once

#include <optional>
#include <string>

#include "edge/pages/pages.h"
#include "edge/session/client_side.h"
#include "edge/session/listener_context.h"
#include "edge/session/session_request.h"
#include "edge/session/thread_context.h"
#include "edge/session/upstream_exchange.h"
#include "tls/stream.h"

namespace gatehouse::edge {

// Answers the requests of one connection, whatever protocol carries them: by what is configured
// when they begin, and who asks. Lives as long as the connection.
class RequestHandler {
 public:
  // `stream` is the connection's, `tls` the same where it speaks TLS; both outlive this.
  RequestHandler(ThreadContext& thread, ListenerPtr listener, const io::SocketAddress& peer);
  RequestHandler(const RequestHandler&) = delete;
  RequestHandler& operator=(const RequestHandler&) = delete;

  // Before the first request.
  void serve_on(io::ByteStream& stream, tls::TlsStream* tls);
  // The handshake is done.
  void note_handshake() { tls_info_ = tls_->info(); }

  // What was configured anew since the last request counts from here on.
  void begin(SessionRequest& request);
  // The head is there.
  void read(SessionRequest& request);
  // Answers it, by an upstream or ourselves. What did not end well is told in the request.
  io::Task<Outcome::Kind> respond(SessionRequest& request, ClientSide& client);
  // False: the client is gone.
  io::Task<bool> answer_error(SessionRequest& request, ClientSide& client, std::uint16_t status,
                              std::string_view sentence);
  // It has ended: counts it and writes its line in the access log. `client` is nullptr when nobody
  // was answered.
  void note(const SessionRequest& request, const ClientSide* client);

  const std::string& peer() const { return peer_; }
  const std::optional<tls::HandshakeInfo>& tls_info() const { return tls_info_; }

 private:
  io::Task<Outcome> exchange(SessionRequest& request, ClientSide& client, UpstreamGroup& group);
  const Decision& decide(SessionRequest& request);
  const Site* find_site(const SessionRequest& request);
  Arrival arrival();
  io::Task<Outcome> answer_ourselves(SessionRequest& request, ClientSide& client,
                                     const Decision& decision);
  Page built_in(BuiltIn what, const SessionRequest& request);

  ThreadContext& thread_;
  const ListenerPtr listener_;
  io::ByteStream* stream_ = nullptr;
  tls::TlsStream* tls_ = nullptr;
  std::string peer_;
  std::uint16_t peer_port_;
  bool peer_trusted_;
  LocalAddress local_;
  // The last Host and its site in the generation of this number: the next request on this
  // connection mostly has the same.
  std::uint64_t known_generation_;
  std::string known_authority_;
  const Site* known_site_ = nullptr;
  std::optional<tls::HandshakeInfo> tls_info_;
};

}  // namespace gatehouse::edge
