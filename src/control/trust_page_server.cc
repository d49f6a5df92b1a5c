#include "control/trust_page_server.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/time_text.h"
#include "certs/binding/binding_table.h"
#include "control/messages.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kUsualSeconds = 2 * 3600;
constexpr std::uint32_t kLeastSeconds = 60;
constexpr std::uint32_t kMostSeconds = 7 * 24 * 3600;
constexpr std::string_view kUsualAddress = ":8008";
constexpr std::size_t kMostConnections = 256;
constexpr std::size_t kMostUrls = 6;
constexpr std::uint64_t kLargestBody = 16 * 1024;
// Plain and TLS listeners are the only ones of their snapshot.
constexpr std::uint32_t kPolicy = 0;

std::unexpected<Error> no_ca() {
  return fail(
      Fault::operator_input,
      "No local CA certifies anything here, so there is nothing to trust: every site brings "
      "a certificate of its own.",
      ErrorKind::not_found);
}

Result<std::uint32_t> seconds_of(const api::OpenTrustPageRequest& request) {
  const std::uint32_t seconds = request.seconds() == 0 ? kUsualSeconds : request.seconds();
  if (seconds >= kLeastSeconds && seconds <= kMostSeconds) return seconds;
  return fail(Fault::client, "The trust page is open for one minute to seven days.",
              ErrorKind::usage);
}

std::string_view without_scheme(std::string_view listen) {
  constexpr std::string_view kPlain = "http://";
  return listen.starts_with(kPlain) ? listen.substr(kPlain.size()) : listen;
}

// The same address with another port, for TLS.
Result<ListenAddress> beside(const ListenAddress& plain, std::uint16_t port) {
  std::string text(without_scheme(plain.text()));
  text.resize(text.rfind(':') + 1);
  return ListenAddress::parse(fmt::format("{}{}", text, port));
}

std::shared_ptr<const edge::RouteTable> routes_to(std::shared_ptr<const TrustContent> content) {
  auto site = std::make_shared<edge::Site>("trust page", kPolicy);
  site->add_route("/", edge::Own{std::move(content)});
  auto table = std::make_shared<edge::RouteTable>();
  table->set_default(std::move(site));
  return table;
}

std::shared_ptr<const certs::BindingTable> bindings_to(const crypto::Identity& identity) {
  auto table = std::make_shared<certs::BindingTable>();
  table->bind_default(
      tls::Answer{certs::make_credential(identity), tls::Profile::intermediate, kPolicy});
  return table;
}

bool is_loopback(const ServerName& name) {
  return name.text() == "localhost" || name.text() == "127.0.0.1" || name.text() == "::1";
}

// The names and addresses by which other devices may find this machine; those of the certificate,
// because the live test needs one of them.
std::vector<std::string> hosts_of(const crypto::CertificateNames& names) {
  std::vector<std::string> hosts;
  for (const NamePattern& pattern : names.dns) {
    const auto name = ServerName::parse(pattern.text());
    if (name && !is_loopback(*name)) hosts.push_back(name->url_host());
  }
  for (const ServerName& address : names.addresses) {
    if (!is_loopback(address)) hosts.push_back(address.url_host());
  }
  if (hosts.size() > kMostUrls) hosts.resize(kMostUrls);
  if (hosts.empty()) hosts.emplace_back("localhost");
  return hosts;
}

std::vector<std::string> urls_of(const std::vector<edge::ListeningSockets>& sockets,
                                 const crypto::CertificateNames& names) {
  const io::SocketAddress& address = sockets.front().address;
  const bool everywhere = IpAddress::parse(address.host()).value().is_any();
  const auto hosts = everywhere ? hosts_of(names) : std::vector<std::string>{sockets.front().host};
  std::vector<std::string> urls;
  for (const std::string& host : hosts) {
    urls.push_back(fmt::format("http://{}:{}{}", host, address.port(), kTrustPath));
  }
  return urls;
}

}  // namespace

TrustPageServer::TrustPageServer(Parts parts) : parts_(std::move(parts)), timer_(*this) {}

TrustPageServer::~TrustPageServer() { stop(); }

api::ShowTrustResponse TrustPageServer::show() const {
  api::ShowTrustResponse shown;
  *shown.mutable_page() = state();
  const IdentitySetPtr identities = parts_.identities();
  if (!identities->anchor) return shown;
  const certs::AnchorFacts facts = certs::facts_of(*identities->anchor);
  shown.set_name(facts.name);
  shown.set_sha256(facts.sha256);
  shown.set_fingerprint(facts.fingerprint);
  shown.set_may_certify(facts.may_certify);
  shown.set_until(timestamp_text(identities->anchor->not_after()));
  shown.set_devices(parts_.state->devices(facts.sha256));
  return shown;
}

Result<api::TrustPageState> TrustPageServer::open(const api::OpenTrustPageRequest& request,
                                                  const Caller& caller) {
  auto seconds = seconds_of(request);
  if (!seconds) return pass_on(seconds);
  const IdentitySetPtr identities = parts_.identities();
  if (!identities->anchor || !identities->standard) return no_ca();
  auto identity = parts_.issue(identities->standard->names);
  if (!identity) return pass_on(identity);
  stop();
  auto sockets = open_sockets(request.listen());
  if (!sockets) return pass_on(sockets);
  Page page;
  page.urls = urls_of(sockets->plain, identity->leaf().names());
  page.verdict_port = sockets->tls.front().address.port();
  page.until = parts_.reactor.clock().wall() + std::chrono::seconds(*seconds);
  auto worker = serve(std::move(*sockets), *identities->anchor, *identity);
  if (!worker) return pass_on(worker);
  page.worker = std::move(*worker);
  parts_.state->set_verdict(std::make_shared<TrustState::Verdict>(
      TrustState::Verdict{page.verdict_port, identity->leaf().names()}));
  page_ = std::move(page);
  parts_.reactor.arm(timer_, parts_.reactor.clock().steady() + std::chrono::seconds(*seconds));
  parts_.events.info("The trust page is open.", {{"who", who(caller)},
                                                 {"address", page_->urls.front()},
                                                 {"until", timestamp_text(page_->until)}});
  return state();
}

Result<TrustPageServer::Sockets> TrustPageServer::open_sockets(const std::string& listen) {
  const std::string_view said = listen.empty() ? kUsualAddress : without_scheme(listen);
  auto address = ListenAddress::parse(fmt::format("http://{}", said));
  if (!address) return pass_on(address);
  Sockets sockets;
  auto plain = parts_.open(*address, 1, {});
  if (!plain) return pass_on(plain);
  sockets.plain = std::move(*plain);
  // The next port, so that a firewall can be told; any other where that one is taken.
  const std::uint16_t port = address->port();
  auto tls_address = beside(*address, port == 0 ? port : static_cast<std::uint16_t>(port + 1));
  if (!tls_address) return pass_on(tls_address);
  auto tls = parts_.open(*tls_address, 1, {});
  if (!tls) tls = parts_.open(beside(*address, 0).value(), 1, {});
  if (!tls) return pass_on(tls);
  sockets.tls = std::move(*tls);
  return sockets;
}

Result<std::unique_ptr<edge::Worker>> TrustPageServer::serve(Sockets sockets,
                                                             const crypto::Certificate& anchor,
                                                             const crypto::Identity& identity) {
  const Clock& clock = parts_.reactor.clock();
  const auto routes =
      routes_to(std::make_shared<TrustContent>(anchor, parts_.state, TrustContent::Where::alone));
  const auto bindings = bindings_to(identity);
  auto snapshot = std::make_shared<edge::Snapshot>();
  snapshot->settings.limits.body = kLargestBody;
  snapshot->tickets = tls::TicketSeed::random(clock.wall());
  snapshot->most_connections_per_worker = kMostConnections;
  std::vector<edge::OpenedListener> opened;
  const auto add = [&](edge::ListeningSockets& one, auto table) {
    const auto id = static_cast<edge::ListenerId>(snapshot->listeners.size());
    snapshot->listeners.emplace(id, edge::ListenerPlan{.address = one.address,
                                                       .metrics = false,
                                                       .bindings = std::move(table),
                                                       .routes = routes});
    for (io::Fd& fd : one.per_thread) opened.push_back({id, std::move(fd), one.held_elsewhere});
  };
  for (edge::ListeningSockets& one : sockets.plain) {
    add(one, std::shared_ptr<const certs::BindingTable>());
  }
  for (edge::ListeningSockets& one : sockets.tls) add(one, bindings);
  auto worker = edge::Worker::make(std::move(snapshot), std::move(opened), clock, parts_.events,
                                   [] { return std::string(); });
  if (worker) (*worker)->start();
  return worker;
}

api::TrustPageState TrustPageServer::close(const Caller& caller) {
  if (page_) parts_.events.info("The trust page is closed.", {{"who", who(caller)}});
  stop();
  return state();
}

void TrustPageServer::stop() {
  timer_.unlink();
  parts_.state->set_verdict(nullptr);
  page_.reset();
}

void TrustPageServer::time_is_over() {
  parts_.events.info("The trust page is closed: its time is over.");
  stop();
}

api::TrustPageState TrustPageServer::state() const {
  api::TrustPageState state;
  if (!page_) return state;
  state.set_open(true);
  for (const std::string& url : page_->urls) state.add_urls(url);
  state.set_until(timestamp_text(page_->until));
  state.set_verdict_port(page_->verdict_port);
  return state;
}

}  // namespace gatehouse::control
