#pragma once

#include <optional>
#include <string>
#include <variant>

#include "edge/listener/listener.h"
#include "edge/session/h1_client.h"
#include "edge/session/h2_connection.h"
#include "edge/session/request_handler.h"
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
  io::Task<void> serve_h2();
  io::Task<Next> wait_for_request();
  io::Task<Next> serve_request();
  io::Task<std::optional<Next>> read_head(SessionRequest& request);
  io::Task<Next> respond(SessionRequest& request, H1Client& client);
  io::Task<Next> refuse(SessionRequest& request, const http::Refusal& refusal);
  io::Task<Next> refuse(SessionRequest& request, std::uint16_t status, std::string sentence);
  io::Task<void> linger();
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
  RequestHandler handler_;
  ConnectionState state_;
  bool served_ = false;
  bool leaving_ = false;
  SteadyTime idle_since_{};
  H2Connection* h2_ = nullptr;  // while it speaks HTTP/2
};

// Runs a session for a connection that was accepted; spawned in the thread's scope.
io::Task<void> serve_connection(ThreadContext& thread, ListenerPtr listener, Accepted accepted);

}  // namespace gatehouse::edge
