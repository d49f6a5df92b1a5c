#include "edge/session/h2_client.h"

#include <algorithm>

#include <fmt/format.h>

#include "edge/session/h2_connection.h"
#include "http/grpc.h"
#include "http/h2/request.h"

namespace gatehouse::edge {
namespace {

using Pool = io::BufferPool;
using Size = Pool::Size;

// Of all streams of a connection, the content that waits in large buffers.
constexpr std::size_t kMostWaiting = 1024 * 1024;

std::unexpected<ClientFault> client_gone() { return std::unexpected(ClientFault{}); }

}  // namespace

H2Client::H2Client(H2Connection& connection, http::H2StreamId stream, const Generation& generation,
                   const http::RequestHead& request, const http::ClientFacts& facts, bool ended)
    : connection_(connection),
      stream_(stream),
      settings_(generation.settings),
      request_(request),
      facts_(facts),
      arrived_(connection.thread().reactor),
      left_(connection.thread().reactor),
      received_(connection.thread().reactor.buffers()),
      ended_(ended) {}

// ------------------------------------------------------------------ content of the request

void H2Client::on_content(std::span<const char> content) {
  if (abandoned_) {
    owed_ += content.size();
    return;
  }
  received_.add(content);
  arrived_.notify_all();
}

void H2Client::on_trailers(const http::FieldBlock& fields) {
  trailers_ = std::make_unique<http::Trailers>();
  if (http::read_h2_trailers(fields, *trailers_)) return;
  trailers_.reset();
  fault_ = ClientFault{400, "The request has malformed trailer fields."};
}

void H2Client::on_end() {
  ended_ = true;
  arrived_.notify_all();
}

void H2Client::on_closed(http::H2Error /*error*/) {
  closed_ = true;
  arrived_.notify_all();
  left_.notify_all();
  if (upstream_ != nullptr) upstream_->interrupt();
}

// What was handed out before has been taken on by now: the client may send as much again.
void H2Client::hand_back() {
  if (owed_ == 0) return;
  connection_.session().credit(stream_, owed_);
  owed_ = 0;
  connection_.pump();
}

H2Client::BodyResult H2Client::count(std::size_t bytes) {
  owed_ += bytes;
  bytes_read_ += bytes;
  const std::uint64_t most = settings_.limits.body;
  if (most == 0 || bytes_read_ <= most || tunnel_) return {};
  fault_ = ClientFault{413, fmt::format("The request's content is larger than the {} bytes that "
                                        "are allowed here.",
                                        most)};
  return std::unexpected(*fault_);
}

bool H2Client::body_done() const {
  // What a stream carries that may become a WebSocket is no content before it is one.
  if (request_.upgrade == http::Upgrade::websocket && !tunnel_) return true;
  return ended_ && received_.empty() && !fault_;
}

std::expected<void, ClientFault> H2Client::take_body(io::Lease& into) {
  return count(received_.copy_to(into));
}

io::Task<std::expected<void, ClientFault>> H2Client::read_body(io::Lease& into) {
  hand_back();
  while (received_.empty()) {
    if (fault_) co_return std::unexpected(*fault_);
    if (closed_) co_return client_gone();
    if (ended_) co_return BodyResult{};
    into.drop_if_empty();
    const io::Wake wake = co_await arrived_.wait(content_deadline());
    if (wake == io::Wake::cancelled) co_return client_gone();
    if (wake == io::Wake::timed_out && received_.empty() && !ended_) {
      co_return std::unexpected(ClientFault{408, "The request's content did not come in time."});
    }
  }
  if (!into.empty()) co_return take_body(into);
  co_return count(received_.move_to(into));
}

io::Deadline H2Client::content_deadline() const {
  // A tunnel's idle time counts both directions: whoever relays them watches it.
  if (tunnel_) return io::Deadline::never();
  const bool patient = http::is_grpc(request_);
  return connection_.thread().reactor.in(patient ? settings_.client.tunnel : settings_.client.body);
}

void H2Client::abandon_content() {
  abandoned_ = true;
  owed_ += received_.drop();
}

// ------------------------------------------------------------------ the response

io::Task<bool> H2Client::send_interim(const http::ResponseHead& response) {
  const bool sent = connection_.session().interim(stream_, response);
  connection_.pump();
  co_return sent;
}

Sent H2Client::start_response(const http::ResponseHead& response, io::Lease& content, bool end) {
  const bool nothing = end && content.empty();
  started_ = true;
  const std::string_view date = connection_.thread().date();
  if (closed_ || !connection_.session().respond(stream_, response, date, !nothing)) {
    return Sent::failed;
  }
  return put(content, end && response.status != 101);
}

Sent H2Client::send_content(io::Lease& content, bool end) {
  if (closed_) return Sent::failed;
  connection_.session().resume(stream_);
  return put(content, end);
}

Sent H2Client::send_trailers(io::Lease& empty, const http::Trailers& trailers) {
  empty.clear();
  trailers_out_ = &trailers;
  return send_content(empty, true);
}

Sent H2Client::put(io::Lease& content, bool end) {
  bytes_sent_ += content.size();
  outgoing_ = &content;
  end_ = end;
  connection_.pump();
  if (settled()) {
    outgoing_ = nullptr;
    return Sent::done;
  }
  if (!closed_) return Sent::blocked;
  outgoing_ = nullptr;
  return Sent::failed;
}

std::size_t H2Client::piece() const {
  return connection_.waiting() < kMostWaiting ? Pool::kRelay : H2Inbox::kLittle;
}

// Little content waits in a little buffer, however large the one that it came in.
void H2Client::shrink(io::Lease& content) {
  if (!content.is_large() || content.size() > H2Inbox::kLittle) return;
  io::Lease small(connection_.thread().reactor.buffers());
  small.take(Size::small, Pool::kTailroom);
  small.append(content.text());
  content = std::move(small);
}

io::Task<bool> H2Client::settle(io::Lease& content) {
  shrink(content);
  const std::size_t waiting = content.size();
  connection_.wait_with(waiting);
  while (!settled() && !closed_) {
    const std::size_t before = content.size();
    const auto patience = connection_.thread().reactor.in(settings_.client.write);
    const io::Wake wake = co_await left_.wait(patience);
    if (wake == io::Wake::cancelled) break;
    if (wake == io::Wake::timed_out && content.size() == before) break;
  }
  const bool sent = settled();
  outgoing_ = nullptr;
  connection_.done_waiting(waiting);
  co_return sent;
}

H2Client::Ready H2Client::ready() {
  return {outgoing_ == nullptr ? 0 : outgoing_->size(), end_, trailers_out_};
}

void H2Client::take(std::span<char> out) {
  std::copy_n(outgoing_->data(), out.size(), out.data());
  outgoing_->consume(out.size());
  if (outgoing_->empty() && !end_) left_.notify_all();
}

void H2Client::on_sent_end() {
  sent_end_ = true;
  left_.notify_all();
}

// What the application ended in order is ended so here, too (RFC 8441 section 5).
void H2Client::end_tunnel() {
  end_ = true;
  connection_.session().resume(stream_);
  connection_.pump();
}

void H2Client::finish() {
  outgoing_ = nullptr;
  abandon_content();
  http::H2ServerSession& session = connection_.session();
  if (!closed_) {
    if (tunnel_ && !sent_end_) end_tunnel();
    session.forget(stream_);
    if (!sent_end_) {
      session.reset(stream_, http::H2Error::internal_error);
    } else if (!ended_) {
      // RFC 9113 section 8.1: the response does not depend on what is still to come.
      session.reset(stream_, http::H2Error::no_error);
    }
  }
  session.credit(stream_, owed_);
  connection_.pump();
}

}  // namespace gatehouse::edge
