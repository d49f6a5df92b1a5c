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

void add(const certs::TrustRoot& root, std::size_t devices, api::TrustRoot& to) {
  const certs::AnchorFacts facts = certs::facts_of(root.certificate);
  to.set_name(facts.name);
  to.set_sha256(facts.sha256);
  to.set_fingerprint(facts.fingerprint);
  to.set_may_certify(facts.may_certify);
  to.set_until(timestamp_text(root.certificate.not_after()));
  to.set_state(std::string(certs::trust_role_text(root.role)));
  to.set_pem(root.certificate.to_pem());
  to.set_devices(devices);
}

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

io::Task<Result<certs::TrustedCa>> TrustPageServer::ca_called(std::string name) const {
  if (!certs::is_machine_ca(name)) {
    if (parts_.named == nullptr) co_return no_ca();
    co_return co_await parts_.named->ca(std::move(name));
  }
  const IdentitySetPtr identities = parts_.identities();
  if (!identities->anchor) co_return no_ca();
  // With its next root, while the one before is replaced.
  if (parts_.named != nullptr) {
    auto kept = co_await parts_.named->ca(std::string(certs::kMachineCa));
    if (kept && kept->active() == *identities->anchor) co_return kept;
  }
  co_return certs::TrustedCa{.name = {}, .roots = {{*identities->anchor}}};
}

io::Task<Result<api::ShowTrustResponse>> TrustPageServer::show(api::ShowTrustRequest request) {
  api::ShowTrustResponse shown;
  *shown.mutable_page() = state();
  const bool machine = certs::is_machine_ca(request.ca());
  auto ca = co_await ca_called(request.ca());
  // Without a CA of its own there is nothing to show of the machine, which is no error.
  if (!ca && machine && ca.error().kind == ErrorKind::not_found) co_return shown;
  if (!ca) co_return pass_on(ca);
  shown.set_ca(machine ? std::string(certs::kMachineCa) : ca->name);
  for (const certs::TrustRoot& root : ca->roots) {
    add(root, parts_.state->devices(crypto::hex(root.certificate.sha256())), *shown.add_roots());
  }
  const api::TrustRoot& active = shown.roots(0);
  shown.set_name(active.name());
  shown.set_sha256(active.sha256());
  shown.set_fingerprint(active.fingerprint());
  shown.set_may_certify(active.may_certify());
  shown.set_until(active.until());
  shown.set_devices(active.devices());
  co_return shown;
}

io::Task<Result<TrustPageServer::Subject>> TrustPageServer::subject(
    std::string name, std::chrono::seconds life) const {
  auto ca = co_await ca_called(name);
  if (!ca) co_return pass_on(ca);
  const IdentitySetPtr identities = parts_.identities();
  Subject subject{std::move(*ca), {}, std::nullopt};
  if (identities->standard) subject.names = identities->standard->names;
  if (certs::is_machine_ca(name)) {
    if (!identities->standard) co_return no_ca();
    auto probe = parts_.issue(subject.names);
    if (!probe) co_return pass_on(probe);
    subject.names = probe->leaf().names();
    subject.probe = std::move(*probe);
    co_return subject;
  }
  if (!identities->standard && parts_.machine_names) subject.names = parts_.machine_names();
  auto probe = co_await parts_.named->probe(std::move(name), subject.names, life);
  if (probe) {
    subject.probe = std::move(*probe);
  } else if (probe.error().kind != ErrorKind::not_permitted) {
    co_return pass_on(probe);
  }
  co_return subject;
}

io::Task<Result<api::TrustPageState>> TrustPageServer::open(api::OpenTrustPageRequest request,
                                                            Caller caller) {
  auto seconds = seconds_of(request);
  if (!seconds) co_return pass_on(seconds);
  const std::chrono::seconds life(*seconds);
  auto wanted = co_await subject(request.ca(), life);
  if (!wanted) co_return pass_on(wanted);
  stop();
  auto page = page_of(std::move(*wanted), request.listen());
  if (!page) co_return pass_on(page);
  page->until = parts_.reactor.clock().wall() + life;
  page_ = std::move(*page);
  parts_.reactor.arm(timer_, parts_.reactor.clock().steady() + life);
  parts_.events.info("The trust page is open.",
                     {{"who", who(caller)},
                      {"ca", page_->ca.empty() ? certs::kMachineCa : std::string_view(page_->ca)},
                      {"address", page_->urls.front()},
                      {"until", timestamp_text(page_->until)}});
  co_return state();
}

Result<TrustPageServer::Page> TrustPageServer::page_of(Subject subject, const std::string& listen) {
  auto sockets = open_sockets(listen, subject.probe.has_value());
  if (!sockets) return pass_on(sockets);
  Page page;
  page.ca = subject.ca.name;
  page.urls =
      urls_of(sockets->plain, subject.probe ? subject.probe->leaf().names() : subject.names);
  if (!sockets->tls.empty()) page.verdict_port = sockets->tls.front().address.port();
  auto worker = serve(std::move(*sockets), subject);
  if (!worker) return pass_on(worker);
  page.worker = std::move(*worker);
  if (subject.probe) {
    parts_.state->set_verdict(std::make_shared<TrustState::Verdict>(
        TrustState::Verdict{page.verdict_port, subject.probe->leaf().names(), subject.ca.name}));
  }
  return page;
}

Result<TrustPageServer::Sockets> TrustPageServer::open_sockets(const std::string& listen,
                                                               bool with_probe) {
  const std::string_view said = listen.empty() ? kUsualAddress : without_scheme(listen);
  auto address = ListenAddress::parse(fmt::format("http://{}", said));
  if (!address) return pass_on(address);
  Sockets sockets;
  auto plain = parts_.open(*address, 1, {});
  if (!plain) return pass_on(plain);
  sockets.plain = std::move(*plain);
  if (!with_probe) return sockets;
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
                                                             const Subject& subject) {
  const Clock& clock = parts_.reactor.clock();
  const auto routes = routes_to(
      std::make_shared<TrustContent>(subject.ca, parts_.state, TrustContent::Where::alone));
  const auto bindings = subject.probe ? bindings_to(*subject.probe) : nullptr;
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
  state.set_ca(page_->ca.empty() ? std::string(certs::kMachineCa) : page_->ca);
  return state;
}

}  // namespace gatehouse::control
