#include "edge/session/request_handler.h"

#include <fmt/format.h>

#include "edge/session/answer.h"
#include "edge/session/exchange.h"
#include "edge/session/h2_exchange.h"
#include "edge/session/plain_http.h"
#include "http/grpc.h"

namespace gatehouse::edge {
namespace {

const Decision kNoSite{Refuse{404, "No site of this name is published here."}};
const Decision kOtherPolicy{
    Refuse{421,
           "This connection was opened for another name whose TLS policy differs. Open a new one "
           "for this name."}};
const Decision kTooLarge{Refuse{413, "The request's content is larger than is allowed here."}};

Outcome https_only(const SessionRequest& request, std::uint16_t port) {
  return {Outcome::Kind::unanswered, 403, https_only_sentence(request.head, port)};
}

OwnAnswer reply_of(const OwnContent& content, const SessionRequest& request) {
  const http::RequestHead& head = request.head;
  const bool reads = head.method == http::Method::get || head.method == http::Method::head;
  OwnReply reply = content.reply({.reads = reads,
                                  .path = head.path,
                                  .host = head.authority_text,
                                  .peer = request.facts.address,
                                  .user_agent = head.fields.value(http::FieldId::user_agent),
                                  .tls = request.facts.scheme == http::Scheme::https});
  return {.status = reply.status,
          .page = {reply.content_type, std::move(reply.body)},
          .location = std::move(reply.location),
          .security_policy = std::move(reply.security_policy),
          .file_name = std::move(reply.file_name)};
}

}  // namespace

RequestHandler::RequestHandler(ThreadContext& thread, ListenerPtr listener,
                               const io::SocketAddress& peer)
    : thread_(thread),
      listener_(std::move(listener)),
      peer_(peer.host()),
      peer_port_(peer.port()),
      peer_trusted_(listener_->generation->settings.trusts(peer_)),
      local_(listener_->local),
      known_generation_(listener_->generation->number) {}

void RequestHandler::serve_on(io::ByteStream& stream, tls::TlsStream* tls) {
  stream_ = &stream;
  tls_ = tls;
}

// ------------------------------------------------------------------ one request

void RequestHandler::begin(SessionRequest& request) {
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
  request.facts.scheme = tls_ == nullptr ? http::Scheme::http : http::Scheme::https;
  request.facts.port = listener_->port;
  request.facts.trusted = peer_trusted_;
}

void RequestHandler::read(SessionRequest& request) {
  request.parsed = true;
  request.identity.read(request.head, request.facts);
}

void RequestHandler::note(const SessionRequest& request, const ClientSide* client) {
  note_request(thread_, {peer_, peer_port_, peer_trusted_, tls_, tls_info_}, request, client);
}

// ------------------------------------------------------------------ who answers

const Site* RequestHandler::find_site(const SessionRequest& request) {
  const std::string_view authority = request.head.authority_text;
  if (known_site_ == nullptr || authority != known_authority_) {
    known_site_ = request.routes->find(authority);
    known_authority_ = authority;
  }
  return known_site_;
}

// What it returns is part of the request's generation.
const Decision& RequestHandler::decide(SessionRequest& request) {
  request.site = find_site(request);
  if (request.site == nullptr) return kNoSite;
  if (tls_ != nullptr && tls_->policy() != request.site->policy()) return kOtherPolicy;
  const std::uint64_t most = request.generation->settings.limits.body;
  if (most != 0 && request.head.body.kind == http::BodyLength::Kind::exact &&
      request.head.body.bytes > most) {
    return kTooLarge;
  }
  const bool own_too = tls_ == nullptr || !tls_->shows_stored();
  return request.site->decide(request.head, arrival(), own_too);
}

// The address of ours that the client dialled, where the listener does not know it.
Arrival RequestHandler::arrival() {
  if (tls_ != nullptr) return Arrival::tls;
  if (local_ == LocalAddress::either) {
    const auto address = io::SocketAddress::local_of(stream_->socket().fd());
    local_ = address.is_loopback() ? LocalAddress::loopback : LocalAddress::external;
  }
  return local_ == LocalAddress::loopback ? Arrival::plain_loopback : Arrival::plain_external;
}

io::Task<Outcome::Kind> RequestHandler::respond(SessionRequest& request, ClientSide& client) {
  const Decision& decision = decide(request);
  Outcome outcome;
  if (const auto* forward = std::get_if<Forward>(&decision)) {
    outcome = co_await exchange(request, client, thread_.upstreams.of(forward->upstreams));
    if (request.upstream) request.status = request.upstream->status;
  } else {
    outcome = co_await answer_ourselves(request, client, decision);
  }
  if (outcome.kind == Outcome::Kind::unanswered) {
    if (!client.body_done()) client.abandon_content();
    const bool sent = co_await answer_error(request, client, outcome.status, outcome.sentence);
    if (!sent) outcome.kind = Outcome::Kind::broken;
  }
  if (outcome.kind == Outcome::Kind::broken) {
    if (request.error.empty()) {
      request.error = outcome.sentence.empty() ? "the exchange was cut short" : outcome.sentence;
    }
    if (!client.started()) request.status = 499;  // nobody was there to answer
  }
  co_return outcome.kind;
}

io::Task<Outcome> RequestHandler::exchange(SessionRequest& request, ClientSide& client,
                                           UpstreamGroup& group) {
  if (group.http2()) {
    H2Exchange exchange(thread_, request, client, group);
    co_return co_await exchange.run();
  }
  Exchange exchange(thread_, request, client, group);
  co_return co_await exchange.run();
}

io::Task<bool> RequestHandler::answer_error(SessionRequest& request, ClientSide& client,
                                            std::uint16_t status, std::string_view sentence) {
  request.status = status;
  request.error = sentence;
  if (http::is_grpc(client.request())) {
    co_return co_await answer_grpc_error(thread_, client, status, sentence);
  }
  ErrorPage page;
  page.status = status;
  page.detail = sentence;
  page.request_id = request.identity.id();
  const PageFormat format = page_format(client.request().fields.value(http::FieldId::accept));
  co_return co_await answer(thread_, client, {status, render_error(page, format)});
}

io::Task<Outcome> RequestHandler::answer_ourselves(SessionRequest& request, ClientSide& client,
                                                   const Decision& decision) {
  if (const auto* refuse = std::get_if<Refuse>(&decision)) {
    co_return Outcome{Outcome::Kind::unanswered, refuse->status, std::string(refuse->why)};
  }
  if (const auto* only = std::get_if<HttpsOnly>(&decision)) {
    co_return https_only(request, only->https_port);
  }
  std::optional<OwnAnswer> own;
  if (const auto* redirect = std::get_if<Redirect>(&decision)) {
    own = redirect_to_https(request.head, redirect->https_port);
    if (!own) co_return https_only(request, redirect->https_port);
  } else if (const auto* ours = std::get_if<Own>(&decision)) {
    own = reply_of(*ours->content, request);
  } else {
    own.emplace().page = built_in(std::get<BuiltIn>(decision), request);
  }
  request.status = own->status;
  const bool sent = co_await answer(thread_, client, std::move(*own));
  co_return Outcome{sent ? Outcome::Kind::answered : Outcome::Kind::broken, 0, {}};
}

Page RequestHandler::built_in(BuiltIn what, const SessionRequest& request) {
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
