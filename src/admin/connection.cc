#include "admin/connection.h"

#include <memory>

#include <fmt/format.h>

#include "admin/event_stream.h"
#include "api/connect.h"
#include "http/h1_writer.h"

namespace gatehouse::admin {

using namespace std::chrono_literals;

namespace {

constexpr auto kWrite = 10s;  // without progress

// A call and whoever waits for it: either may end first.
struct Pending {
  explicit Pending(io::Reactor& reactor) : answered(reactor) {}
  io::Event answered;
  std::optional<Result<std::string>> result;
};

io::Task<void> run_call(Context& context, Method::Handler handler, Encoded request,
                        control::Caller caller, std::shared_ptr<Pending> pending) {
  pending->result.emplace(co_await handler(context.desks, std::move(request), std::move(caller)));
  pending->answered.notify_all();
  context.ended.notify_all();
}

Error given_up(io::Wake wake) {
  if (wake == io::Wake::cancelled) {
    return {Fault::machine, true, "gatehouse stops; the call was given up.",
            ErrorKind::unreachable};
  }
  return {Fault::machine, false,
          "The call took longer than its time limit. What it began goes on; "
          "ConfigurationService/History tells how it ended.",
          ErrorKind::timed_out};
}

}  // namespace

Connection::Connection(Context& context, io::Fd fd, Peer peer)
    : context_(context),
      peer_(std::move(peer)),
      stream_(context.reactor, std::move(fd)),
      idle_since_(context.reactor.now()),
      stranger_(role() == control::Role::none) {
  context_.connections.push_back(*this);
  ++(stranger_ ? context_.strangers : context_.peers);
}

Connection::~Connection() {
  --(stranger_ ? context_.strangers : context_.peers);
  context_.ended.notify_all();
}

void Connection::drain() {
  if (state_ == State::busy) return;
  stream_.socket().interrupt();
  if (streams_on_ != nullptr) streams_on_->notify_all();
}

io::Task<void> serve_connection(Context& context, io::Fd fd, Peer peer) {
  Connection connection(context, std::move(fd), std::move(peer));
  co_await connection.run();
}

io::Task<void> Connection::run() {
  Next next = Next::request;
  while (next == Next::request) {
    state_ = State::idle;
    next = co_await wait_for_request();
    if (next != Next::request) break;
    state_ = State::busy;
    next = co_await serve_request();
    idle_since_ = context_.reactor.now();
  }
  if (next == Next::gone) co_return;
  stream_.close_write();
  // What is unread at the close would make it a reset.
  if (next == Next::linger || stream_.may_read()) co_await linger();
}

io::Task<Connection::Next> Connection::serve_request() {
  Request request;
  if (const auto instead = co_await read_head(request)) co_return *instead;
  const Decision decision = decide(request, peer_, role());
  if (const auto* refused = std::get_if<Refused>(&decision)) {
    tell_of_refusal(request, *refused);
    co_return co_await refuse(request, *refused);
  }
  if (const auto* made = std::get_if<MethodCall>(&decision)) {
    co_return co_await call(request, *made);
  }
  Answer page{.content_type = "text/plain; version=0.0.4; charset=utf-8",
              .body = context_.desks.plane.metrics()};
  co_return co_await answer(request, std::move(page), true);
}

io::Task<Connection::Next> Connection::call(const Request& request, const MethodCall& call) {
  std::string body;
  if (const auto instead = co_await read_body(request, body)) co_return *instead;
  if (call.method->streams()) co_return co_await watch(request, call, std::move(body));
  auto result = co_await wait_for_answer(call, {call.form.codec, std::move(body)});
  if (!result) {
    const auto status = api::http_status(api::connect_code(result.error().kind));
    Answer error{.status = status, .body = api::error_json(result.error())};
    co_return co_await answer(request, std::move(error), true);
  }
  Answer done{.body = std::move(*result)};
  if (call.form.codec == Codec::binary) done.content_type = "application/proto";
  co_return co_await answer(request, std::move(done), true);
}

// A change that has begun ends as it ends, also when nobody waits for it any more: it runs in a
// scope of its own.
io::Task<Result<std::string>> Connection::wait_for_answer(const MethodCall& call, Encoded encoded) {
  const auto pending = std::make_shared<Pending>(context_.reactor);
  const io::Deadline deadline = context_.reactor.in(call.form.timeout);
  context_.calls.spawn(run_call(context_, call.method->handler, std::move(encoded),
                                {peer_.name, peer_.uid}, pending));
  if (!pending->result) {
    const io::Wake wake = co_await pending->answered.wait(deadline);
    if (!pending->result) co_return std::unexpected(given_up(wake));
  }
  // Whoever watches has heard of what happened before its caller has the answer.
  if (context_.watchers > 0) co_await context_.reactor.yield();
  co_return std::move(*pending->result);
}

io::Task<Connection::Next> Connection::watch(const Request& request, const MethodCall& call,
                                             std::string body) {
  if (context_.watchers >= kMostWatchers) {
    co_return co_await refuse(
        request,
        {429,
         "resource_exhausted",
         fmt::format("{} clients watch already; no more are taken.", kMostWatchers),
         {}},
        true);
  }
  state_ = State::streaming;
  EventStream stream(*this, call.form.codec);
  co_return co_await stream.run(std::move(body));
}

// ------------------------------------------------------------------ answers

io::Task<Connection::Next> Connection::answer(const Request& request, Answer answer,
                                              bool body_read) {
  const bool more = request.keep_alive && body_read && !context_.draining;
  std::string bytes(512, '\0');
  http::HeadWriter head(bytes);
  head.status_line(answer.status);
  const auto date = http::format_http_date(context_.reactor.clock().wall());
  head.field("Date", {date.data(), date.size()});
  head.field("Content-Type", answer.content_type);
  head.field("Content-Length", answer.body.size());
  head.field("Cache-Control", "no-store");
  if (!answer.allow.empty()) head.field("Allow", answer.allow);
  if (!more) head.field("Connection", "close");
  bytes.resize(head.finish().value_or(0));
  if (request.method != "HEAD") bytes += answer.body;
  if (!co_await write(bytes)) co_return Next::gone;
  if (more) co_return Next::request;
  co_return body_read ? Next::close : Next::linger;
}

io::Task<Connection::Next> Connection::refuse(const Request& request, const Refused& refused,
                                              bool body_read) {
  Answer error{.status = refused.status,
               .body = api::error_json(refused.code, refused.sentence),
               .allow = refused.allow};
  co_return co_await answer(request, std::move(error),
                            body_read || !request.body.expects_content());
}

// For what cannot be read as a request; the connection ends.
io::Task<Connection::Next> Connection::refuse_unread(std::uint16_t status, std::string_view code,
                                                     std::string sentence) {
  Request nothing;
  nothing.body = http::BodyLength::until_close();
  co_return co_await refuse(nothing, {status, code, std::move(sentence), {}});
}

io::Task<bool> Connection::write(std::string_view bytes) {
  const auto written = co_await io::write_all(stream_, bytes, io::Flush::now, kWrite);
  co_return written.has_value();
}

void Connection::tell_of_refusal(const Request& request, const Refused& refused) {
  if (refused.status != 403) return;
  context_.events.warn(
      "A process that may not was refused at the admin socket.",
      {{"user", peer_.name}, {"uid", peer_.uid}, {"pid", peer_.pid}, {"asked", request.path}});
}

}  // namespace gatehouse::admin
