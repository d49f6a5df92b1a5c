#include "edge/session/session.h"

#include <fmt/format.h>

#include "edge/session/answer.h"

namespace gatehouse::edge {

using namespace std::chrono_literals;

namespace {

const Decision kNoSite{Refuse{404, "No site of this name is published here."}};
const Decision kOtherPolicy{
    Refuse{421,
           "This connection was opened for another name whose TLS policy differs. Open a new one "
           "for this name."}};
const Decision kTooLarge{Refuse{413, "The request's content is larger than is allowed here."}};

}  // namespace

Session::Session(ThreadContext& thread, ListenerPtr listener, Accepted accepted)
    : thread_(thread),
      listener_(std::move(listener)),
      in_(thread.reactor.buffers()),
      peer_(accepted.peer.host()),
      peer_port_(accepted.peer.port()),
      peer_trusted_(settings().trusts(peer_)),
      state_(listener_->tls == nullptr ? ConnectionState::idle : ConnectionState::handshaking),
      known_generation_(listener_->generation->number) {
  if (listener_->tls == nullptr) {
    stream_.emplace<io::PlainStream>(thread.reactor, std::move(accepted.fd));
  } else {
    stream_.emplace<tls::TlsStream>(thread.reactor, std::move(accepted.fd), thread.wire,
                                    *listener_->tls);
  }
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
  if (state_ != ConnectionState::idle) return;
  leaving_ = true;
  stream().socket().interrupt();
}

io::Task<void> serve_connection(ThreadContext& thread, ListenerPtr listener, Accepted accepted) {
  Session session(thread, std::move(listener), std::move(accepted));
  co_await session.run();
}

void Session::see(const SessionRequest& request, const H1Client* client) {
  note_request(thread_, {peer_, peer_port_, peer_trusted_, tls(), tls_info_}, request, client);
}

// ------------------------------------------------------------------ the connection

io::Task<void> Session::run() {
  if (tls() != nullptr && !co_await handshake()) co_return;
  co_await serve();
}

io::Task<bool> Session::handshake() {
  tls::TlsStream& stream = *tls();
  const auto done = co_await stream.handshake(thread_.reactor.in(settings().client.handshake));
  if (done) {
    tls_info_ = stream.info();
    thread_.metrics.handshake(
        tls_version(tls_info_->version), tls_group(tls_info_->group),
        tls_info_->resumed ? HandshakeResult::resumed : HandshakeResult::full);
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
  thread_.events.debug("A TLS handshake failed.", {{"client", peer_},
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
  } else if (thread_.draining) {
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

// ------------------------------------------------------------------ one request

io::Task<Session::Next> Session::serve_request() {
  SessionRequest request;
  begin(request);
  if (const auto instead = co_await read_head(request)) co_return *instead;
  request.parsed = true;
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
  request.id = thread_.next_request_id();
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
  page.request_id = {request.id.data(), request.id.size()};
  const PageFormat format = page_format(client.request().fields.value(http::FieldId::accept));
  co_return co_await answer(thread_, client, status, render_error(page, format));
}

const Site* Session::find_site(const SessionRequest& request) {
  const std::string_view authority = request.head.authority_text;
  if (known_site_ == nullptr || authority != known_authority_) {
    known_site_ = request.routes->find(authority);
    known_authority_ = authority;
  }
  return known_site_;
}

// What it returns is part of the request's generation.
const Decision& Session::decide(SessionRequest& request) {
  request.site = find_site(request);
  if (request.site == nullptr) return kNoSite;
  if (tls() != nullptr && tls()->policy() != request.site->policy()) return kOtherPolicy;
  const std::uint64_t most = request.generation->settings.limits.body;
  if (most != 0 && request.head.body.kind == http::BodyLength::Kind::exact &&
      request.head.body.bytes > most) {
    return kTooLarge;
  }
  return request.site->decide(request.head);
}

io::Task<Session::Next> Session::respond(SessionRequest& request, H1Client& client) {
  const Decision& decision = decide(request);
  Outcome outcome;
  if (const auto* forward = std::get_if<Forward>(&decision)) {
    if (request.head.upgrade == http::Upgrade::websocket) enter(ConnectionState::tunnel);
    Exchange exchange(thread_, *request.generation, client,
                      thread_.upstreams.of(forward->upstreams), request.upstream);
    outcome = co_await exchange.run();
    if (request.upstream) request.status = request.upstream->status;
  } else if (const auto* refuse = std::get_if<Refuse>(&decision)) {
    outcome = {Outcome::Kind::unanswered, refuse->status, std::string(refuse->why)};
  } else {
    request.status = 200;
    const bool sent =
        co_await answer(thread_, client, 200, built_in(std::get<BuiltIn>(decision), request));
    if (!sent) outcome.kind = Outcome::Kind::broken;
  }
  if (outcome.kind == Outcome::Kind::unanswered) {
    // Content that nobody will read must not be taken for the next request.
    if (!client.body_done()) client.close_after_response();
    const bool sent = co_await answer_error(request, client, outcome.status, outcome.sentence);
    if (!sent) outcome.kind = Outcome::Kind::broken;
  }
  if (outcome.kind == Outcome::Kind::broken) {
    if (request.error.empty()) {
      request.error = outcome.sentence.empty() ? "the exchange was cut short" : outcome.sentence;
    }
    if (!client.started()) request.status = 499;  // nobody was there to answer
    co_return Next::reset;
  }
  if (client.reusable()) co_return Next::request;
  co_return client.left_over() ? Next::linger : Next::close;
}

Page Session::built_in(BuiltIn what, const SessionRequest& request) {
  if (what == BuiltIn::metrics) {
    return Page{kMetricsContentType, thread_.metrics_page ? thread_.metrics_page() : ""};
  }
  const CertificateSummary& certificate = request.generation->certificate;
  WelcomePage page;
  page.host = request.head.authority_text;
  std::string protocol;
  if (tls_info_) {
    protocol = fmt::format("TLS {}", tls::version_text(tls_info_->version));
    page.protocol = protocol;
    page.group = tls::group_text(tls_info_->group);
    page.cipher = tls::cipher_suite_text(tls_info_->cipher_suite);
    page.certificate_names = certificate.names;
    page.certificate_issuer = certificate.issuer;
    page.not_after = certificate.not_after;
    page.anchor_path = certificate.anchor_path;
    page.trust_command = certificate.trust_command;
  }
  return render_welcome(page, page_format(request.head.fields.value(http::FieldId::accept)));
}

}  // namespace gatehouse::edge
