#include "edge/session/answer.h"
#include "edge/session/session.h"

// One request from its first byte to its line in the log.

namespace gatehouse::edge {

io::Task<Session::Next> Session::serve_request() {
  SessionRequest request;
  begin(request);
  if (const auto instead = co_await read_head(request)) co_return *instead;
  request.parsed = true;
  request.identity.read(request.head, request.facts);
  Next next = Next::close;
  std::size_t used = 0;
  {
    H1Client client(connection(), *request.generation, request.head, request.facts);
    next = co_await respond(request, client);
    see(request, &client);
    used = client.used_input();
  }
  in_.consume(used);
  served_ = true;
  idle_since_ = thread_.reactor.now();
  co_return next;
}

// What was configured anew since the last request counts from here on.
void Session::begin(SessionRequest& request) {
  request.started = thread_.reactor.now();
  request.identity.begin(thread_.next_request_id());
  request.generation = listener_->generation;
  request.routes = listener_->routes;
  if (known_generation_ != request.generation->number) {
    known_generation_ = request.generation->number;
    known_site_ = nullptr;
    peer_trusted_ = request.generation->settings.trusts(peer_);
  }
  request.facts.address = peer_;
  request.facts.scheme = tls() == nullptr ? http::Scheme::http : http::Scheme::https;
  request.facts.port = listener_->port;
  request.facts.trusted = peer_trusted_;
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
      see(request, nullptr);
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
  client.close_after_response();
  const bool sent = co_await answer_error(request, client, status, sentence);
  see(request, &client);
  co_return sent ? Next::linger : Next::reset;
}

io::Task<bool> Session::answer_error(SessionRequest& request, ClientSide& client,
                                     std::uint16_t status, std::string_view sentence) {
  request.status = status;
  request.error = sentence;
  ErrorPage page;
  page.status = status;
  page.detail = sentence;
  page.request_id = request.identity.id();
  const PageFormat format = page_format(client.request().fields.value(http::FieldId::accept));
  co_return co_await answer(thread_, client, {status, render_error(page, format)});
}

}  // namespace gatehouse::edge
