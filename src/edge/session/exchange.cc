#include "edge/session/exchange.h"

#include <fmt/format.h>

#include "http/forwarding.h"
#include "http/h1_writer.h"

namespace gatehouse::edge {
namespace {

using Size = io::BufferPool::Size;
constexpr std::size_t kHeadroom = io::BufferPool::kHeadroom;
constexpr std::size_t kTailroom = io::BufferPool::kTailroom;

// The part of a lease's room that a relay fills: full TLS records, and room for what frames them.
std::span<char> relay_room(io::Lease& lease, const ClientSide& client) {
  std::span<char> room = lease.room();
  room = room.first(room.size() - std::min(room.size(), kTailroom));
  return room.first(std::min(room.size(), client.piece()));
}

}  // namespace

Exchange::Exchange(ThreadContext& thread, RequestContext& request, ClientSide& client,
                   UpstreamGroup& group)
    : UpstreamExchange(thread, request, client, group),
      lease_(thread.reactor.buffers()),
      uploads_(thread.reactor) {}

io::Task<Outcome> Exchange::run() {
  Step step = Step::replay;
  for (int attempt = 0; attempt < 2 && step == Step::replay; ++attempt) {
    const bool fresh = attempt > 0;
    step = co_await connect(fresh);
    if (step == Step::go_on) step = co_await send_request();
    if (step == Step::go_on) step = co_await receive_head();
    if (step == Step::replay) connection_.reset();
  }
  if (step == Step::go_on) co_await relay_response();
  co_await finish();
  co_return ended();
}

// ------------------------------------------------------------------ towards the upstream

io::Task<Exchange::Step> Exchange::connect(bool fresh) {
  if (!fresh) connection_ = group_.take_idle();
  if (!connection_) {
    auto connected = co_await group_.connect();
    if (!connected) {
      not_connected(connected.error());
      co_return Step::end;
    }
    connection_ = std::move(*connected);
  }
  begin_record(connection_->upstream(), connection_->reused());
  co_return Step::go_on;
}

Exchange::Step Exchange::build_request(io::Lease& out) {
  const http::RequestHead& request = client_.request();
  const std::size_t enough = request.size + http::kForwardingGrowth;
  out.take(enough < io::BufferPool::kSmall / 2 ? Size::small : Size::large);
  http::UpstreamRequest how;
  how.body = request_framing_ = request.body;
  how.request_id = identity_.id();
  how.traceparent = identity_.new_traceparent();
  const auto size = http::build_upstream_request(out.room(), request, client_.facts(), how);
  if (!size) {
    end_unanswered(431, "The request's head is too large.");
    return Step::end;
  }
  out.added(*size);
  if (request.body.kind != http::BodyLength::Kind::exact) return Step::go_on;
  // Content that is here already leaves together with the head.
  if (auto taken = client_.take_body(out); !taken) {
    end_unanswered(taken.error().status, std::move(taken.error().sentence));
    return Step::end;
  }
  return Step::go_on;
}

io::Task<Exchange::Step> Exchange::send_request() {
  io::Lease out(thread_.reactor.buffers());
  if (const Step built = build_request(out); built != Step::go_on) co_return built;
  const io::IoResult sent = connection_->stream().write(out.span(), io::Flush::now);
  out.consume(sent.bytes);
  bool complete = sent.status == io::IoStatus::ok;
  if (sent.status == io::IoStatus::would_block) {
    const auto rest = co_await io::write_all(connection_->stream(), out.span(), io::Flush::now,
                                             connection_->upstream().timeouts().response);
    complete = rest.has_value();
    if (!complete && rest.error().kind == ErrorKind::timed_out) {
      co_return no_answer(UpstreamResult::response_timed_out, 504, "did not take the request");
    }
  }
  // An upstream that refuses early may have answered before it closed: that is looked for.
  if (!complete && may_replay()) co_return Step::replay;
  last_progress_ = thread_.reactor.now();
  // The end of chunked content has to be said, also when nothing else is left to say.
  if (!client_.body_done() || request_framing_.kind == http::BodyLength::Kind::chunked) {
    upload_ = complete ? Upload::running : Upload::upstream_failed;
    if (complete) uploads_.spawn(upload());
  }
  co_return Step::go_on;
}

// ------------------------------------------------------------------ back from the upstream

std::chrono::nanoseconds Exchange::patience() const {
  return tunnel_ ? settings_.client.tunnel : connection_->upstream().timeouts().response;
}

// Until the upstream has something to read. False: outcome_ says why not.
io::Task<bool> Exchange::wait_for_upstream() {
  lease_.drop_if_empty();
  client_.interrupt_when_gone(&connection_->socket());
  io::Wake wake = io::Wake::cancelled;
  while (!client_.gone() && upload_ != Upload::client_failed) {
    const io::Deadline deadline = io::Deadline::at(last_progress_ + patience());
    wake = co_await connection_->socket().readable(deadline);
    if (wake == io::Wake::ready || wake == io::Wake::cancelled) break;
    // While the request is still on its way, its own deadlines count.
    if (!tunnel_ && upload_ == Upload::running) last_progress_ = thread_.reactor.now();
    if (last_progress_ + patience() <= thread_.reactor.now()) break;
  }
  client_.interrupt_when_gone(nullptr);
  if (wake != io::Wake::ready) wait_ended(wake);
  co_return wake == io::Wake::ready;
}

void Exchange::wait_ended(io::Wake wake) {
  if (tunnel_) return;  // it ends as tunnels do: one side leaves, or nobody speaks
  if (wake == io::Wake::timed_out) {
    (void)no_answer(UpstreamResult::response_timed_out, 504, "did not answer in time");
  } else {
    end_with_client();
  }
}

io::Task<Exchange::Step> Exchange::receive_head() {
  bool complete = false;
  while (!complete) {
    if (!connection_->stream().may_read()) {
      if (!co_await wait_for_upstream()) co_return Step::end;
    }
    lease_.take(Size::large, kHeadroom);
    const io::IoResult got = connection_->stream().read(relay_room(lease_, client_));
    if (got.status == io::IoStatus::would_block) continue;
    if (got.status != io::IoStatus::ok) {
      co_return no_answer(UpstreamResult::closed_early, 502,
                          some_answer_ ? "closed the connection in the middle of its answer"
                                       : "closed the connection without an answer");
    }
    some_answer_ = true;
    last_progress_ = thread_.reactor.now();
    lease_.added(got.bytes);
    const Step parsed = parse_head(complete);
    if (parsed != Step::go_on) co_return parsed;
    if (complete && response_.informational() && !co_await send_interims(complete)) {
      co_return Step::end;
    }
  }
  co_return Step::go_on;
}

// All 1xx heads that are in the lease. False: outcome_ says why it ends.
io::Task<bool> Exchange::send_interims(bool& complete) {
  while (complete && response_.informational()) {
    if (++interims_ > kMostInterims) {
      blame(UpstreamResult::invalid_response);
      end_unanswered(502, application() + " sends interim answers without end.");
      co_return false;
    }
    if (!co_await client_.send_interim(response_)) {
      end_broken();
      co_return false;
    }
    lease_.consume(response_.size);
    lease_.compact(kHeadroom);  // every head has the room of the first
    if (parse_head(complete) != Step::go_on) co_return false;
  }
  co_return true;
}

// Of what is in the lease; `complete` tells whether it was enough.
Exchange::Step Exchange::parse_head(bool& complete) {
  complete = false;
  if (lease_.empty()) return Step::go_on;
  const http::RequestHead& request = client_.request();
  const http::ResponseContext context{request.method == http::Method::head, request.upgrade};
  const http::ParseResult parsed =
      http::parse_response_head(lease_.text(), {}, context, progress_, response_);
  if (parsed.state == http::Parsed::refused) {
    blame(UpstreamResult::invalid_response);
    end_unanswered(502, http::upstream_error(parsed.refusal, application()).what);
    return Step::end;
  }
  complete = parsed.state == http::Parsed::complete;
  if (complete) progress_ = {};
  if (complete && would_pass_for_websocket()) {
    blame(UpstreamResult::invalid_response);
    end_unanswered(502,
                   application() + " answered the request for a WebSocket without opening it.");
    return Step::end;
  }
  return Step::go_on;
}

// A client of HTTP/2 takes any 2xx for the WebSocket that it asked for (RFC 8441 section 5).
bool Exchange::would_pass_for_websocket() const {
  const http::RequestHead& request = client_.request();
  return request.major == 2 && request.upgrade == http::Upgrade::websocket &&
         response_.status / 100 == 2;
}

io::Task<void> Exchange::relay_response() {
  note_answer(response_.status);
  tunnel_ = response_.status == 101 && response_.upgrade == http::Upgrade::websocket;
  http::BodyDecoder decoder(tunnel_ ? http::BodyLength::until_close() : response_.body);
  lease_.consume(response_.size);
  while (true) {
    const std::optional<Piece> piece = next_piece(decoder);
    if (!piece) co_return content_is_malformed();
    if (!co_await send_piece(*piece)) co_return end_broken();
    if (piece->ended || !co_await read_more(decoder)) co_return;
  }
}

std::optional<Exchange::Piece> Exchange::next_piece(http::BodyDecoder& decoder) {
  const auto step = decoder.decode(lease_.span());
  if (!step) return std::nullopt;
  const bool excess = step->consumed < lease_.size();
  if (step->data.empty()) {
    lease_.consume(lease_.size());
  } else {
    lease_.keep(step->data);
  }
  clean_ = step->done && !excess && response_.keep_alive;
  return Piece{step->done, step->done ? decoder.trailers() : nullptr};
}

io::Task<bool> Exchange::send_piece(Piece piece) {
  const bool last = piece.ended && piece.trailers == nullptr;
  Sent sent = Sent::done;
  if (!started_) {
    sent = client_.start_response(response_, lease_, last);
    started_ = true;
    if (tunnel_) begin_tunnel();
  } else if (!lease_.empty() || last) {
    lease_.take(Size::small, kTailroom);
    sent = client_.send_content(lease_, last);
  }
  if (sent == Sent::blocked && !co_await client_.settle(lease_)) co_return false;
  if (sent == Sent::failed || piece.trailers == nullptr) co_return sent != Sent::failed;
  sent = client_.send_trailers(lease_, *piece.trailers);
  if (sent == Sent::blocked) co_return co_await client_.settle(lease_);
  co_return sent == Sent::done;
}

void Exchange::begin_tunnel() {
  client_.become_tunnel();
  upload_ = Upload::running;
  uploads_.spawn(upload());
}

// At least one byte, or the end that a close is. False: outcome_ says why not.
io::Task<bool> Exchange::read_more(http::BodyDecoder& decoder) {
  lease_.clear(kTailroom);
  if (++pieces_ % kPiecesInARow == 0) {
    const io::Wake wake = co_await thread_.reactor.yield();
    if (wake != io::Wake::ready) {
      wait_ended(wake);
      co_return false;
    }
  }
  last_progress_ = thread_.reactor.now();
  while (lease_.empty()) {
    if (!connection_->stream().may_read() && !co_await wait_for_upstream()) co_return false;
    lease_.take(Size::large, kTailroom);
    const io::IoResult got = connection_->stream().read(relay_room(lease_, client_));
    if (got.status == io::IoStatus::ok) {
      lease_.added(got.bytes);
    } else if (got.status != io::IoStatus::would_block) {
      // A reset is an end only where the length does not depend on it.
      const bool orderly = got.status == io::IoStatus::closed && decoder.finish_at_close();
      if (!orderly && !tunnel_) {
        (void)no_answer(UpstreamResult::closed_early, 502,
                        "closed the connection in the middle of its answer");
      }
      co_return orderly;
    }
  }
  co_return true;
}

// ------------------------------------------------------------------ the end

io::Task<void> Exchange::finish() {
  if (uploads_.running() > 0) {
    uploads_.cancel();
    co_await uploads_.join();
    clean_ = false;
  }
  if (!connection_) co_return;
  connection_->socket().interrupt_when_gone(nullptr);
  const bool request_complete = upload_ == Upload::none || upload_ == Upload::done;
  if (clean_ && request_complete && !client_.request().has_unexpected_content()) {
    Upstream& upstream = connection_->upstream();
    upstream.give_back(std::move(connection_));
  }
  connection_.reset();
}

// Nothing of an answer has come, or too little. A reused connection may have been closed while the
// request was on its way: then a new one is tried, once, where that cannot do harm.
Exchange::Step Exchange::no_answer(UpstreamResult result, std::uint16_t status,
                                   std::string_view clause) {
  if (result == UpstreamResult::closed_early && may_replay()) return Step::replay;
  blame(result);
  end_unanswered(status, fmt::format("{} {}.", application(), clause));
  return Step::end;
}

bool Exchange::may_replay() const {
  const http::RequestHead& request = client_.request();
  return connection_->reused() && !some_answer_ && request.idempotent() &&
         !request.body.expects_content();
}

void Exchange::content_is_malformed() {
  blame(UpstreamResult::invalid_response);
  end_unanswered(502, application() + " sent malformed content.");
}

void Exchange::end_broken() {
  if (!tunnel_) outcome_ = {Outcome::Kind::broken, 0, {}};
}

}  // namespace gatehouse::edge
