#include "app/server.h"

#include <algorithm>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/version.h"
#include "certs/store/state_folder.h"
#include "control/site_words.h"
#include "crypto/digest.h"
#include "io/run_until_done.h"

namespace gatehouse::app {
namespace {

// `gatehouse site list` has the others.
constexpr std::size_t kMostSitesTold = 20;

// Each client may need a second descriptor, towards an upstream.
std::size_t connections_by_descriptors() {
  constexpr std::size_t kForOurselves = 128;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1000;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
  (void)getrlimit(RLIMIT_NOFILE, &limit);
  const auto most = static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 10'000'000));
  return most > 2 * kForOurselves ? (most - kForOurselves) / 2 : 1;
}

std::string site_line(const config::Site& site) {
  return fmt::format(
      "{}  ->  {}", fmt::join(control::site_urls(site), ", "),
      site.upstreams.empty() ? "a welcome page" : control::upstreams_text(site.upstreams));
}

}  // namespace

Server::Server(const cli::RunCommand& command, control::Sources& sources, Start& start,
               ServiceNotifier& notifier, const Clock& clock, EventLog& events)
    : command_(command),
      sources_(sources),
      start_(start),
      notifier_(notifier),
      clock_(clock),
      events_(events),
      reactor_(clock),
      access_logs_(events),
      identities_([this]() -> certs::DefaultIdentityKeeper& { return *default_identity_; },
                  [this]() -> certs::CertificateStore& { return store_->certificates(); }, reactor_,
                  events),
      prover_(reactor_),
      fleet_(reactor_),
      tasks_(reactor_),
      ending_(reactor_) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::make(const cli::RunCommand& command,
                                             control::Sources& sources, control::Candidate first,
                                             Start& start, const Environment& environment,
                                             ServiceNotifier& notifier, const Clock& clock,
                                             EventLog& events) {
  std::unique_ptr<Server> server(new Server(command, sources, start, notifier, clock, events));
  if (auto prepared = server->prepare(std::move(first), environment); !prepared) {
    return pass_on(prepared);
  }
  server->open_admin();
  server->leave_unused_sockets();
  server->tell_findings();
  return server;
}

Result<Ok> Server::prepare(control::Candidate first, const Environment& environment) {
  if (auto opened = open_store(environment); !opened) return opened;
  if (const auto folder = environment("RUNTIME_DIRECTORY")) {
    changed_file_ = folder->substr(0, folder->find(':')) + "/certificates.changed";
  }
  if (auto made = make_authorities(); !made) return made;
  const config::Settings& settings = *first.settings;
  worker_count_ = settings.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
  make_plane();
  auto beginning = io::run_until_done(reactor_, plane_->begin(std::move(first)));
  if (!beginning) return pass_on(beginning);
  auto made = fleet_.make(worker_count_, std::move(*beginning),
                          {clock_, events_, [this] { return page_->text(); }, store_of_worker()});
  if (!made) return made;
  page_->set_workers(fleet_.metrics());
  plane_->serve_with(fleet_);
  plane_->listen([this](const api::Event& event) {
    if (event.kind() == "change") reactor_.post([this] { follow_change(); });
  });
  return Ok{};
}

void Server::make_plane() {
  const std::string trust = cli::trust_command(command_.program, sources_.state());
  listeners_ = std::make_unique<control::Listeners>(
      [this](const ListenAddress& address, std::size_t threads,
             std::span<const io::SocketAddress> ours) {
        return edge::open_listener(address, threads, ours, &start_.sockets());
      },
      worker_count_);
  page_ = std::make_unique<MetricsPage>(labels_, *listeners_, access_logs_);
  const auto tickets = start_.tickets().value_or(tls::TicketSeed::random(clock_.wall()));
  builder_ = std::make_unique<control::SnapshotBuilder>(
      labels_, control::SnapshotBuilder::Facts{
                   .tickets = tickets,
                   .workers = worker_count_,
                   .most_connections = connections_by_descriptors(),
                   .trust_command = trust,
                   .trust = trust_state_,
                   .trust_page_of =
                       [this](const control::ServedIdentity& served) {
                         return trusted_cas_->page_of(served);
                       },
               });
  make_trust_pages();
  plane_ = std::make_unique<control::LiveControlPlane>(control::LiveControlPlane::Parts{
      .reactor = reactor_,
      .events = events_,
      .sources = sources_,
      .listeners = *listeners_,
      .identities = identities_,
      .builder = *builder_,
      .prover = prover_,
      .access_logs = access_logs_,
      .machine_anchors = [this] { return machine_anchors_.now(); },
      .facts = {.version = std::string(kVersion),
                .pid = static_cast<unsigned>(::getpid()),
                .workers = static_cast<unsigned>(worker_count_),
                .started = clock_.wall(),
                .trust_command = trust},
      .metrics_page = [this] { return page_->text(); },
      .names = [this] { return names_->now(); },
      .on_identities =
          [this](const control::IdentitySet& set) {
            page_->set_certificates(set.expiries());
            note_certificates();
          },
      .upgrade =
          [this](control::Caller caller) { return succession_->carry_out(std::move(caller)); },
      .trust = *trust_pages_,
      .more_findings = [this] { return issued_renewal_->findings(); }});
  usage_.ask([this](const certs::RecordId& id) { return plane_->users_of(id); });
  make_succession(tickets);
}

void Server::make_succession(const tls::TicketSeed& tickets) {
  succession_ = std::make_unique<Succession>(Succession::Parts{
      .reactor = reactor_,
      .clock = clock_,
      .events = events_,
      .plane = *plane_,
      .listeners = *listeners_,
      .fleet = fleet_,
      .store = *store_,
      .program = start_.program(),
      .tickets = tickets,
      .admin = [this]() -> const admin::Server* { return admin_.get(); },
      .succeeded = [this](const edge::Successor& successor) { give_way(successor); }});
}

void Server::tell_findings() {
  if (const std::string& reason = store_->keeps_nothing_because(); !reason.empty()) {
    events_.warn(
        "Certificates cannot be kept: what is in files is served, and nothing can be imported or "
        "made.",
        {{"reason", reason}});
  }
  if (plane_->in_force().settings().tls_profile != tls::Profile::compatible) return;
  events_.warn(
      "The TLS profile \"compatible\" is in use: it lets old TLS 1.2 clients choose "
      "AES-CBC, which is weaker than what all others use. Go back to "
      "--tls-profile intermediate as soon as those clients are gone.");
}

void Server::leave_unused_sockets() {
  for (const std::string& address : start_.sockets().left()) {
    events_.warn("A listening socket was handed to this program, but no listener has its address.",
                 {{"address", address}});
  }
  start_.sockets().close_ours();
}

// ------------------------------------------------------------------ administration

admin::RolePolicy Server::role_policy() const {
  const config::Settings& settings = plane_->in_force().settings();
  return {::geteuid(), settings.administrators, settings.readers, admin::SystemAccounts()};
}

// The one of the program that this one replaces, or a new one.
Result<admin::ListeningSocket> Server::admin_socket() {
  const std::string path = std::filesystem::absolute(command_.socket).lexically_normal().string();
  if (const auto address = io::SocketAddress::unix_path(path)) {
    auto inherited = start_.sockets().take(*address);
    if (!inherited.empty()) {
      return admin::ListeningSocket::adopt(std::move(inherited.front().fd), path);
    }
  }
  return admin::ListeningSocket::open(path);
}

// Without it everything is served all the same.
void Server::open_admin() {
  const auto parent = std::filesystem::absolute(command_.socket).lexically_normal().parent_path();
  if (parent == std::filesystem::absolute(command_.state).lexically_normal()) {
    if (auto folder = certs::StateFolder::open(command_.state); !folder) {
      events_.warn("This gatehouse cannot be administered while it runs.",
                   {{"reason", folder.error().what}});
      return;
    }
  }
  auto socket = admin_socket();
  if (!socket) {
    events_.warn("This gatehouse cannot be administered while it runs.",
                 {{"reason", socket.error().what}});
    return;
  }
  make_desk();
  admin_ = std::make_unique<admin::Server>(reactor_, *plane_, events_, role_policy());
  admin_->serve_authorities(*authority_desk_);
  admin_->serve_certificates(*desk_);
  admin_->start(std::move(*socket));
}

// ------------------------------------------------------------------ what is served

void Server::start() { fleet_.start(); }

cli::Serving Server::serving() const {
  const control::InForce& now = plane_->in_force();
  cli::Serving told;
  told.version = kVersion;
  told.pid = ::getpid();
  told.workers = static_cast<unsigned>(worker_count_);
  bool tls = false;
  for (const control::OpenListener& listener : listeners_->open_now()) {
    if (listener.metrics) {
      told.metrics = listener.address.text();
      continue;
    }
    tls = tls || listener.asked.tls();
    told.addresses.push_back(
        {.url = fmt::format("{}://{}:{}", listener.asked.tls() ? "https" : "http", listener.host,
                            listener.address.port()),
         .address = listener.address.text(),
         .tls = listener.asked.tls(),
         .everywhere = listener.endpoint().address.is_any()});
  }
  for (const config::Site& site : now.settings().sites) {
    if (!site.enabled) continue;
    if (!site.any_name) {
      if (told.sites.size() < kMostSitesTold) told.sites.push_back(site_line(site));
      continue;
    }
    for (const UpstreamUrl& url : site.upstreams) told.upstreams.push_back(url.text());
    for (const config::Route& route : site.routes) {
      for (const UpstreamUrl& url : route.upstreams) {
        told.routes.push_back(fmt::format("{}  ->  {}", route.path, url.text()));
      }
    }
  }
  const auto shown = control::shown_identity(now.settings(), *now.identities);
  if (!tls || !shown) return told;
  const crypto::Certificate& leaf = shown->identity.leaf();
  const bool ours = shown->origin == control::ServedIdentity::Origin::local_ca;
  told.certificate = {.names = shown->names.texts(),
                      .issuer = control::issuer_name(*now.identities, *shown),
                      .not_after = leaf.not_after(),
                      .sha256 = crypto::hex(leaf.sha256())};
  if (!ours) return told;
  told.anchor = now.identities->anchor_file;
  told.trust_command = cli::trust_command(command_.program, sources_.state());
  return told;
}

}  // namespace gatehouse::app
