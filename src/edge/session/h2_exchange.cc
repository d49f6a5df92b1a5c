#include "edge/session/h2_exchange.h"

#include <algorithm>

#include <fmt/format.h>

#include "http/forwarding.h"
#include "http/grpc.h"
#include "http/h2/response.h"

namespace gatehouse::edge {
namespace {

using Pool = io::BufferPool;
using Size = Pool::Size;

}  // namespace

H2Exchange::H2Exchange(ThreadContext& thread, RequestContext& request, ClientSide& client,
                       UpstreamGroup& group)
    : UpstreamExchange(thread, request, client, group),
      lease_(thread.reactor.buffers()),
      uploads_(thread.reactor),
      patient_(http::is_grpc(client.request())) {}

io::Task<Outcome> H2Exchange::run() {
  if (client_.request().upgrade == http::Upgrade::websocket) {
    end_unanswered(501,
                   "The application here speaks HTTP/2, over which gatehouse opens no WebSocket.");
    co_return ended();
  }
  Step step = Step::replay;
  for (int attempt = 0; attempt < 2 && step == Step::replay; ++attempt) {
    replayed_ = attempt > 0;
    step = co_await ask();
    if (step == Step::go_on) step = co_await receive_head();
    if (step == Step::replay) co_await finish();
  }
  if (step == Step::go_on) co_await relay_response();
  co_await finish();
  co_return ended();
}

// ------------------------------------------------------------------ towards the upstream

bool H2Exchange::has_content() const { return client_.request().body.expects_content(); }

io::Task<H2Exchange::Step> H2Exchange::ask() {
  auto connected = co_await group_.connect_h2();
  if (!connected) {
    not_connected(connected.error());
    co_return Step::end;
  }
  reused_ = (*connected)->asked();
  begin_record((*connected)->upstream(), reused_);
  stream_.emplace(std::move(*connected));
  http::UpstreamRequest how;
  how.request_id = identity_.id();
  how.traceparent = identity_.new_traceparent();
  const auto size =
      http::build_upstream_request(thread_.scratch, client_.request(), client_.facts(), how);
  if (!size) {
    end_unanswered(431, "The request's head is too large.");
    co_return Step::end;
  }
  last_progress_ = thread_.reactor.now();
  if (!stream_->ask({thread_.scratch.data(), *size}, has_content())) co_return no_answer();
  if (has_content()) {
    upload_ = Upload::running;
    uploads_.spawn(upload());
  }
  co_return Step::go_on;
}

io::Task<void> H2Exchange::upload() {
  io::Lease content(thread_.reactor.buffers());
  Upload end = Upload::done;
  bool complete = false;
  for (int pieces = 1; end == Upload::done && !complete; ++pieces) {
    content.clear(Pool::kTailroom);
    auto read = co_await client_.read_body(content);
    complete = client_.body_done();
    last_progress_ = thread_.reactor.now();
    if (!read) {
      client_fault_ = std::move(read.error());
      end = Upload::client_failed;
    } else if (!co_await stream_->send(content, complete, complete ? client_.trailers() : nullptr,
                                       patience())) {
      end = Upload::upstream_failed;
    } else if (pieces % kPiecesInARow == 0 && co_await thread_.reactor.yield() != io::Wake::ready) {
      end = Upload::client_failed;
    }
  }
  upload_ = end;
  // The answer is waited for elsewhere: that wait has to know.
  if (end == Upload::client_failed) stream_->interrupt();
}

// ------------------------------------------------------------------ back from the upstream

std::chrono::nanoseconds H2Exchange::patience() const {
  return patient_ ? settings_.client.tunnel : upstream_->timeouts().response;
}

io::Task<bool> H2Exchange::wait() {
  client_.interrupt_when_gone(&*stream_);
  io::Wake wake = io::Wake::cancelled;
  if (!client_.gone() && upload_ != Upload::client_failed) {
    wake = co_await stream_->wait(io::Deadline::at(last_progress_ + patience()));
  }
  client_.interrupt_when_gone(nullptr);
  const bool left = client_.gone() || upload_ == Upload::client_failed;
  if (wake == io::Wake::cancelled || left) {
    end_with_client();
    co_return false;
  }
  if (wake == io::Wake::ready) co_return true;
  // While the request is still on its way, its own deadlines count.
  if (upload_ == Upload::running) last_progress_ = thread_.reactor.now();
  if (last_progress_ + patience() > thread_.reactor.now()) co_return true;
  blame(UpstreamResult::response_timed_out);
  end_unanswered(504, application() + " did not answer in time.");
  co_return false;
}

io::Task<H2Exchange::Step> H2Exchange::receive_head() {
  while (true) {
    if (auto head = stream_->next_head()) {
      if (const auto step = co_await take_head(std::move(*head))) co_return *step;
      continue;
    }
    if (stream_->malformed() || stream_->closed()) co_return no_answer();
    if (!co_await wait()) co_return Step::end;
  }
}

// Nothing: it was an interim one.
io::Task<std::optional<H2Exchange::Step>> H2Exchange::take_head(H2UpstreamStream::Head head) {
  head_ = std::move(head);
  last_progress_ = thread_.reactor.now();
  const http::ResponseContext context{client_.request().method == http::Method::head,
                                      http::Upgrade::none};
  const auto refusal = http::read_h2_response(head_.fields, head_.ended, context, response_);
  const bool endless = !refusal && response_.informational() && ++interims_ > kMostInterims;
  if (refusal || endless) {
    blame(UpstreamResult::invalid_response);
    end_unanswered(502, endless ? application() + " sends interim answers without end."
                                : http::upstream_error(*refusal, application()).what);
    co_return Step::end;
  }
  if (!response_.informational()) {
    leave_room_for_trailers();
    co_return Step::go_on;
  }
  if (co_await client_.send_interim(response_)) co_return std::nullopt;
  end_with_client();
  co_return Step::end;
}

// Content that is counted has no place for them in HTTP/1.1.
void H2Exchange::leave_room_for_trailers() {
  const http::RequestHead& request = client_.request();
  const bool announced = response_.fields.has(http::FieldId::trailer);
  if (head_.ended || !announced || !request.accepts_trailers || request.major != 1) return;
  if (response_.body.kind != http::BodyLength::Kind::exact) return;
  response_.body = http::BodyLength::chunked();
  response_.declared_length.reset();
}

io::Task<void> H2Exchange::relay_response() {
  note_answer(response_.status);
  // The client's head is written before the first content.
  lease_.take(Size::large, Pool::kHeadroom + head_.fields.size());
  if (stream_->has_content()) stream_->copy_content(lease_);
  while (true) {
    const bool ended = stream_->complete();
    if (!co_await send_piece(ended)) {
      outcome_ = {Outcome::Kind::broken, 0, {}};
      co_return;
    }
    if (ended) co_return;
    if (co_await next_piece()) continue;
    if (patient_ && !client_.gone() && outcome_.kind == Outcome::Kind::unanswered) {
      co_await end_call();
    }
    co_return;
  }
}

// The client of a call that the application has broken off is told so in the call's own words.
io::Task<void> H2Exchange::end_call() {
  http::Trailers trailers;
  const std::string text =
      fmt::format("grpc-status: {}\r\ngrpc-message: {}\r\n", http::grpc_status(outcome_.status),
                  http::grpc_message(outcome_.sentence));
  const bool whole = std::ranges::all_of(text, [&](char c) { return trailers.append(c); });
  if (!whole || trailers.parse() != nullptr) co_return;
  const Sent sent = client_.send_trailers(lease_, trailers);
  if (sent == Sent::blocked) (void)co_await client_.settle(lease_);
}

// Content, or the end. False: outcome_ says why there is none.
io::Task<bool> H2Exchange::next_piece() {
  lease_.clear(Pool::kTailroom);
  if (++pieces_ % kPiecesInARow == 0 && co_await thread_.reactor.yield() != io::Wake::ready) {
    end_with_client();
    co_return false;
  }
  last_progress_ = thread_.reactor.now();
  stream_->give_credit();
  while (!stream_->has_content() && !stream_->complete()) {
    if (stream_->malformed() || stream_->closed()) {
      (void)no_answer();
      co_return false;
    }
    lease_.drop_if_empty();
    if (!co_await wait()) co_return false;
  }
  if (stream_->has_content()) stream_->take_content(lease_);
  co_return true;
}

io::Task<bool> H2Exchange::send_piece(bool ended) {
  const http::Trailers* trailers = ended ? stream_->trailers() : nullptr;
  const bool last = ended && trailers == nullptr;
  Sent sent = Sent::done;
  if (!started_) {
    started_ = true;
    sent = client_.start_response(response_, lease_, last);
  } else if (!lease_.empty() || last) {
    lease_.take(Size::small, Pool::kTailroom);
    sent = client_.send_content(lease_, last);
  }
  if (sent == Sent::blocked && !co_await client_.settle(lease_)) co_return false;
  if (sent == Sent::failed || trailers == nullptr) co_return sent != Sent::failed;
  sent = client_.send_trailers(lease_, *trailers);
  if (sent == Sent::blocked) co_return co_await client_.settle(lease_);
  co_return sent == Sent::done;
}

// ------------------------------------------------------------------ the end

io::Task<void> H2Exchange::finish() {
  if (uploads_.running() > 0) {
    uploads_.cancel();
    co_await uploads_.join();
  }
  stream_.reset();
}

H2Exchange::Complaint H2Exchange::fault() {
  if (stream_->connection().speaks_otherwise()) {
    return {UpstreamResult::invalid_response, "does not speak HTTP/2, as h2c:// says that it does"};
  }
  if (stream_->malformed() || stream_->error() == http::H2Error::protocol_error) {
    return {UpstreamResult::invalid_response, "sent a malformed answer"};
  }
  return {UpstreamResult::closed_early,
          started_ ? "broke off in the middle of its answer" : "broke off without an answer"};
}

// The stream is over without a whole answer. What the upstream has not processed may be asked again
// whatever it is (RFC 9113 section 8.7); else a connection that was used before may have been
// closed while the request was on its way.
H2Exchange::Step H2Exchange::no_answer() {
  const http::RequestHead& request = client_.request();
  const bool refused = stream_->error() == http::H2Error::refused_stream || !stream_->asked();
  const bool lost = reused_ && request.idempotent() && !stream_->malformed();
  if (!started_ && !replayed_ && !has_content() && (refused || lost)) return Step::replay;
  const auto [result, clause] = fault();
  blame(result);
  end_unanswered(502, fmt::format("{} {}.", application(), clause));
  return Step::end;
}

}  // namespace gatehouse::edge
