#include "edge/session/session.h"

// One request from its first byte to its line in the log.

namespace gatehouse::edge {

io::Task<Session::Next> Session::serve_request() {
  SessionRequest request;
  handler_.begin(request);
  if (const auto instead = co_await read_head(request)) co_return *instead;
  handler_.read(request);
  Next next = Next::close;
  std::size_t used = 0;
  {
    H1Client client(connection(), *request.generation, request.head, request.facts);
    next = co_await respond(request, client);
    handler_.note(request, &client);
    used = client.used_input();
  }
  in_.consume(used);
  served_ = true;
  idle_since_ = thread_.reactor.now();
  co_return next;
}

H1Connection Session::connection() {
  return {thread_, *listener_, stream(), in_, tls() != nullptr};
}

// Nothing when there is a head; otherwise what to do instead of an answer to it.
io::Task<std::optional<Session::Next>> Session::read_head(SessionRequest& request) {
  http::HeadProgress progress;
  const io::Deadline deadline = thread_.reactor.in(request.generation->settings.client.head);
  in_.compact();
  while (true) {
    if (!in_.empty()) {
      const http::ParseResult parsed = http::parse_request_head(
          in_.text(), request.generation->settings.limits.head, progress, request.head);
      if (parsed.state == http::Parsed::complete) co_return std::nullopt;
      if (parsed.state == http::Parsed::refused) co_return co_await refuse(request, parsed.refusal);
      if (in_.room().empty() && !in_.is_large()) in_.grow();
    }
    in_.take(io::BufferPool::Size::small);
    const io::IoResult got = stream().read(in_.room());
    if (got.status == io::IoStatus::ok) {
      in_.added(got.bytes);
      continue;
    }
    if (got.status != io::IoStatus::would_block) {
      if (in_.empty()) co_return Next::gone;
      request.error = "the client left in the middle of a request's head";
      handler_.note(request, nullptr);
      co_return Next::gone;
    }
    if (in_.empty()) co_return Next::request;  // a record without content
    const io::Wake wake = co_await stream().socket().readable(deadline);
    if (wake == io::Wake::timed_out) {
      co_return co_await refuse(request, 408, "The request's head did not come in time.");
    }
    if (wake == io::Wake::cancelled) co_return Next::close;
  }
}

io::Task<Session::Next> Session::refuse(SessionRequest& request, const http::Refusal& refusal) {
  if (refusal.kind == http::Refusal::Kind::tls_client_hello) {
    co_return co_await refuse(request, 400,
                              "This port speaks plain HTTP, and the client began with TLS. Ask "
                              "for http:// instead, or for the port that speaks HTTPS.");
  }
  co_return co_await refuse(request, refusal.status, http::request_sentence(refusal));
}

// For what is no request that could be answered otherwise; the connection ends.
io::Task<Session::Next> Session::refuse(SessionRequest& request, std::uint16_t status,
                                        std::string sentence) {
  const http::RequestHead nothing;
  H1Client client(connection(), *request.generation, nothing, request.facts);
  client.abandon_content();
  const bool sent = co_await handler_.answer_error(request, client, status, sentence);
  handler_.note(request, &client);
  co_return sent ? Next::linger : Next::reset;
}

io::Task<Session::Next> Session::respond(SessionRequest& request, H1Client& client) {
  // What switches protocols is a tunnel from its request on.
  if (request.head.upgrade == http::Upgrade::websocket) enter(ConnectionState::tunnel);
  const auto ended = co_await handler_.respond(request, client);
  if (ended == Outcome::Kind::broken) co_return Next::reset;
  if (client.reusable()) co_return Next::request;
  co_return client.left_over() ? Next::linger : Next::close;
}

}  // namespace gatehouse::edge
