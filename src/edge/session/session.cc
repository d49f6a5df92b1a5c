#include "edge/session/session.h"

#include <fmt/format.h>

namespace gatehouse::edge {

using namespace std::chrono_literals;

Session::Session(ThreadContext& thread, ListenerPtr listener, Accepted accepted)
    : thread_(thread),
      listener_(std::move(listener)),
      in_(thread.reactor.buffers()),
      handler_(thread, listener_, accepted.peer),
      state_(listener_->tls == nullptr ? ConnectionState::idle : ConnectionState::handshaking) {
  if (listener_->tls == nullptr) {
    stream_.emplace<io::PlainStream>(thread.reactor, std::move(accepted.fd));
  } else {
    stream_.emplace<tls::TlsStream>(thread.reactor, std::move(accepted.fd), thread.wire,
                                    *listener_->tls);
  }
  handler_.serve_on(stream(), tls());
  thread_.sessions.push_back(*this);
  ++thread_.open_sessions;
  thread_.metrics.accepted(listener_->number);
  thread_.metrics.enter(listener_->number, state_);
}

Session::~Session() {
  thread_.metrics.leave(listener_->number, state_);
  --thread_.open_sessions;
}

io::ByteStream& Session::stream() {
  if (auto* plain = std::get_if<io::PlainStream>(&stream_)) return *plain;
  return std::get<tls::TlsStream>(stream_);
}

void Session::enter(ConnectionState state) {
  thread_.metrics.change(listener_->number, state_, state);
  state_ = state;
}

void Session::drain() {
  if (h2_ != nullptr) return h2_->drain();
  if (state_ != ConnectionState::idle) return;
  leaving_ = true;
  stream().socket().interrupt();
}

io::Task<void> serve_connection(ThreadContext& thread, ListenerPtr listener, Accepted accepted) {
  Session session(thread, std::move(listener), std::move(accepted));
  co_await session.run();
}

// ------------------------------------------------------------------ the connection

io::Task<void> Session::run() {
  if (tls() != nullptr && !co_await handshake()) co_return;
  if (tls() != nullptr && tls()->alpn() == "h2") {
    co_await serve_h2();
  } else {
    co_await serve();
  }
}

io::Task<void> Session::serve_h2() {
  H2Connection connection(thread_, *listener_, handler_, stream(), [this](ConnectionState state) {
    served_ = true;
    enter(state);
  });
  h2_ = &connection;
  const bool orderly = co_await connection.run();
  h2_ = nullptr;
  if (!orderly) co_return;
  stream().close_write();
  co_await linger();
}

io::Task<bool> Session::handshake() {
  tls::TlsStream& stream = *tls();
  const auto done = co_await stream.handshake(thread_.reactor.in(settings().client.handshake));
  if (done) {
    handler_.note_handshake();
    const tls::HandshakeInfo& info = *handler_.tls_info();
    thread_.metrics.handshake(tls_version(info.version), tls_group(info.group),
                              info.resumed ? HandshakeResult::resumed : HandshakeResult::full);
    enter(ConnectionState::idle);
    co_return true;
  }
  explain_handshake_fault();
  if (stream.fault() == tls::HandshakeFault::plain_http) {
    stream.answer_plainly(fmt::format(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Connection: close\r\n\r\nThis port speaks HTTPS, and the request came as plain HTTP. "
        "Ask for https://HOST:{}/ instead.\n",
        listener_->port));
    co_await linger();
  }
  co_return false;
}

void Session::explain_handshake_fault() {
  using Fault = tls::HandshakeFault;
  HandshakeResult result = HandshakeResult::refused;
  switch (tls()->fault()) {
    case Fault::timed_out: result = HandshakeResult::timed_out; break;
    case Fault::plain_http: result = HandshakeResult::not_tls; break;
    case Fault::peer_left:
    case Fault::alerted: result = HandshakeResult::aborted; break;
    default: break;
  }
  thread_.metrics.handshake(TlsVersion::unknown, TlsGroup::none, result);
  const auto& name = tls()->server_name();
  thread_.events.debug("A TLS handshake failed.", {{"client", handler_.peer()},
                                                   {"class", tls::text(tls()->fault())},
                                                   {"reason", tls()->failure()},
                                                   {"server_name", name ? name->text() : ""}});
}

io::Task<void> Session::serve() {
  idle_since_ = thread_.reactor.now();
  Next next = Next::request;
  while (next == Next::request) {
    next = co_await wait_for_request();
    if (next != Next::request) break;
    enter(ConnectionState::active);
    next = co_await serve_request();
  }
  if (next == Next::reset) {
    // Without close_notify a TLS client sees that something is missing, and keeps what it has got.
    if (tls() == nullptr) stream().socket().reset_on_close();
    co_return;
  }
  if (next == Next::gone) co_return;
  stream().close_write();
  // What is unread at the close would make it a reset.
  if (next == Next::linger || stream().socket().can_read()) co_await linger();
}

// Holds no buffer while it waits. Closes when the client waited too long or we stop.
io::Task<Session::Next> Session::wait_for_request() {
  in_.drop_if_empty();
  io::Wake wake = io::Wake::ready;
  if (!in_.empty() || stream().may_read()) {
    // Who sends one request upon the other does not keep the others of this thread waiting.
    if (served_) wake = co_await thread_.reactor.yield();
  } else if (thread_.draining && !thread_.patient) {
    wake = io::Wake::cancelled;
  } else {
    enter(ConnectionState::idle);
    // What is no request, such as half a record, does not extend it.
    const auto deadline = io::Deadline::at(idle_since_ + settings().client.idle);
    wake = co_await stream().socket().readable(deadline);
  }
  leaving_ = false;
  co_return wake == io::Wake::ready ? Next::request : Next::close;
}

// The client may still be sending what nobody wants; closing at once would reset the connection
// and take our answer away from it. What comes is thrown away, for a while.
io::Task<void> Session::linger() {
  constexpr std::size_t kMost = 1024 * 1024;
  io::Socket& socket = stream().socket();
  socket.shutdown_write();
  const io::Deadline deadline = thread_.reactor.in(2s);
  std::size_t thrown_away = 0;
  while (thrown_away < kMost) {
    const io::IoResult got = socket.recv(thread_.scratch);
    thrown_away += got.bytes;
    if (got.status == io::IoStatus::ok) continue;
    if (got.status != io::IoStatus::would_block) co_return;
    if (co_await socket.readable(deadline) != io::Wake::ready) co_return;
  }
}

}  // namespace gatehouse::edge
