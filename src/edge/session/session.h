#pragma once

#include <optional>
#include <string>
#include <variant>

#include "edge/listener/listener.h"
#include "edge/pages/pages.h"
#include "edge/session/exchange.h"
#include "edge/session/h1_client.h"
#include "edge/session/session_request.h"
#include "edge/session/thread_context.h"
#include "tls/stream.h"

namespace gatehouse::edge {

// One connection of a client, from its handshake to its end. Lives in the task that run() is.
class Session : public io::Link<SessionLink> {
 public:
  Session(ThreadContext& thread, ListenerPtr listener, Accepted accepted);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  io::Task<void> run();

  // Between two requests: ends the connection now. Otherwise it ends with the running request.
  void drain();
  // Waits for a further request: the first one to go when there is no place for another client.
  bool can_give_way() const { return served_ && !leaving_ && state_ == ConnectionState::idle; }

 private:
  enum class Next : unsigned char {
    request,
    close,   // with a goodbye
    linger,  // the same, and what the client still sends is thrown away
    reset,   // seen to be cut short
    gone,    // there is nobody to say goodbye to
  };

  io::Task<bool> handshake();
  io::Task<void> serve();
  io::Task<Next> wait_for_request();
  io::Task<Next> serve_request();
  io::Task<std::optional<Next>> read_head(SessionRequest& request);
  void begin(SessionRequest& request);
  io::Task<Next> respond(SessionRequest& request, H1Client& client);
  io::Task<Next> refuse(SessionRequest& request, const http::Refusal& refusal);
  io::Task<Next> refuse(SessionRequest& request, std::uint16_t status, std::string sentence);
  io::Task<bool> answer_error(SessionRequest& request, ClientSide& client, std::uint16_t status,
                              std::string_view sentence);
  io::Task<void> linger();
  const Decision& decide(SessionRequest& request);
  const Site* find_site(const SessionRequest& request);
  Arrival arrival();
  io::Task<Outcome> answer_ourselves(SessionRequest& request, H1Client& client,
                                     const Decision& decision);
  Page built_in(BuiltIn what, const SessionRequest& request);
  void see(const SessionRequest& request, const H1Client* client);
  void enter(ConnectionState state);
  void explain_handshake_fault();
  tls::TlsStream* tls() { return std::get_if<tls::TlsStream>(&stream_); }
  io::ByteStream& stream();
  const EdgeSettings& settings() const { return listener_->generation->settings; }
  H1Connection connection();

  ThreadContext& thread_;
  const ListenerPtr listener_;
  std::variant<std::monostate, io::PlainStream, tls::TlsStream> stream_;
  io::Lease in_;
  std::string peer_;
  std::uint16_t peer_port_;
  bool peer_trusted_;
  LocalAddress local_;
  ConnectionState state_;
  bool served_ = false;
  bool leaving_ = false;
  SteadyTime idle_since_{};
  // The last Host and its site in the generation of this number: the next request on this
  // connection mostly has the same.
  std::uint64_t known_generation_;
  std::string known_authority_;
  const Site* known_site_ = nullptr;
  std::optional<tls::HandshakeInfo> tls_info_;
};

// Runs a session for a connection that was accepted; spawned in the thread's scope.
io::Task<void> serve_connection(ThreadContext& thread, ListenerPtr listener, Accepted accepted);

}  // namespace gatehouse::edge
