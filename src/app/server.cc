#include "app/server.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "app/plan.h"
#include "app/version.h"
#include "crypto/digest.h"

namespace gatehouse::app {
namespace {

using namespace std::chrono_literals;

// How often the control thread looks whether a certificate is due or the machine has other names.
constexpr auto kRefreshEvery = 10min;
// While it drains it looks often whether the workers have ended.
constexpr auto kDrainStep = 20ms;

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&set, signal);
  return set;
}

std::size_t worker_count(const cli::RunCommand& command) {
  return command.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
}

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

// The signal that came, or 0 after the time.
int wait_for_signal(std::chrono::nanoseconds time) {
  const sigset_t set = our_signals();
  const timespec wait{.tv_sec = time / 1s, .tv_nsec = (time % 1s).count()};
  return std::max(0, sigtimedwait(&set, nullptr, &wait));
}

}  // namespace

Server::Server(const cli::RunCommand& command, const Clock& clock, EventLog& events)
    : command_(command), clock_(clock), events_(events), worker_count_(worker_count(command)) {}

Server::~Server() = default;

// Certificates last: nothing is made on the disk for a program that cannot listen.
Result<std::unique_ptr<Server>> Server::make(const cli::RunCommand& command, const Clock& clock,
                                             EventLog& events) {
  std::unique_ptr<Server> server(new Server(command, clock, events));
  if (auto open = server->open_log(); !open) return pass_on(open);
  if (auto open = server->open_listeners(); !open) return pass_on(open);
  auto identities = Identities::load(command, clock, events);
  if (!identities) return pass_on(identities);
  server->identities_ = std::make_unique<Identities>(std::move(*identities));
  if (auto made = server->make_workers(); !made) return pass_on(made);
  server->tell_findings();
  return server;
}

void Server::tell_findings() {
  if (command_.profile != tls::Profile::compatible) return;
  events_.warn(
      "The TLS profile \"compatible\" is in use: it lets old TLS 1.2 clients choose "
      "AES-CBC, which is weaker than what all others use. Go back to "
      "--tls-profile intermediate as soon as those clients are gone.");
}

Result<Ok> Server::open_log() {
  auto log = AccessLog::open(command_.access_log, events_);
  if (!log) return pass_on(log);
  access_log_ = std::move(*log);
  return Ok{};
}

Result<Ok> Server::open_listeners() {
  for (const ListenAddress& address : command_.listen) {
    auto opened = edge::open_listener(address, worker_count_);
    if (!opened) return pass_on(opened);
    for (edge::ListeningSockets& sockets : *opened) {
      listener_names_.push_back(sockets.address.text());
      listening_.push_back(std::move(sockets));
    }
  }
  if (!command_.metrics) return Ok{};
  auto opened = edge::open_listener(*command_.metrics, 1);
  if (!opened) return pass_on(opened);
  metrics_listening_.emplace(std::move(opened->front()));
  listener_names_.push_back(metrics_listening_->address.text());
  return Ok{};
}

std::shared_ptr<const edge::Snapshot> Server::next_snapshot() {
  const std::uint64_t revision = snapshot_ ? snapshot_->revision + 1 : 1;
  return with_identities(plan_, open_listeners_, *identities_, revision);
}

Result<Ok> Server::make_workers() {
  for (const edge::ListeningSockets& sockets : listening_) {
    open_listeners_.push_back({sockets.address, sockets.tls, false});
  }
  if (metrics_listening_) open_listeners_.push_back({metrics_listening_->address, false, true});
  plan_ = make_plan(command_, open_listeners_, labels_, clock_, worker_count_,
                    command_.limits.connections.value_or(connections_by_descriptors()));
  snapshot_ = next_snapshot();
  for (std::size_t i = 0; i < worker_count_; ++i) {
    auto worker = make_worker(i);
    if (!worker) return pass_on(worker);
    worker_metrics_.push_back(&(*worker)->metrics());
    workers_.push_back(std::move(*worker));
  }
  expiries_ = identities_->expiries();
  return Ok{};
}

Result<std::unique_ptr<edge::Worker>> Server::make_worker(std::size_t index) {
  std::vector<edge::OpenedListener> opened;
  edge::ListenerId id = 0;
  for (edge::ListeningSockets& sockets : listening_) {
    opened.push_back({id++, std::move(sockets.per_thread[index])});
  }
  if (index == 0 && metrics_listening_) {
    opened.push_back({id, std::move(metrics_listening_->per_thread.front())});
  }
  return edge::Worker::make(snapshot_, std::move(opened), clock_, events_, *access_log_,
                            [this] { return metrics_page(); });
}

// Hands what is served now to all who show it or tell of it.
void Server::publish_identities() {
  retired_.keep(std::exchange(snapshot_, next_snapshot()));
  for (auto& worker : workers_) worker->apply(snapshot_, {}, {});
  const std::lock_guard lock(expiries_mutex_);
  expiries_ = identities_->expiries();
}

void Server::start() {
  for (auto& worker : workers_) worker->start();
}

cli::Serving Server::serving() const {
  cli::Serving told;
  told.version = kVersion;
  if (metrics_listening_) told.metrics = metrics_listening_->address.text();
  told.pid = ::getpid();
  told.workers = static_cast<unsigned>(worker_count_);
  for (const edge::ListeningSockets& sockets : listening_) {
    const io::SocketAddress& address = sockets.address;
    const auto ip = IpAddress::parse(address.host());
    const bool everywhere = ip && ip->is_any();
    told.addresses.push_back({.url = fmt::format("{}://{}:{}", sockets.tls ? "https" : "http",
                                                 sockets.host, address.port()),
                              .address = address.text(),
                              .tls = sockets.tls,
                              .everywhere = everywhere});
  }
  for (const UpstreamUrl& url : command_.to) told.upstreams.push_back(url.text());
  for (const cli::RunCommand::Route& route : command_.routes) {
    told.routes.push_back(fmt::format("{}  ->  {}", route.prefix, route.to.text()));
  }
  const crypto::Certificate& leaf = identities_->shown().leaf();
  if (std::ranges::none_of(listening_, &edge::ListeningSockets::tls)) return told;
  told.certificate = {.names = leaf.names().texts(),
                      .issuer = identities_->issuer_name(),
                      .not_after = leaf.not_after(),
                      .sha256 = crypto::hex(leaf.sha256())};
  told.anchor = identities_->anchor_file();
  told.trust_command = identities_->trust_command();
  return told;
}

// Runs on the worker that serves the metrics; everything it reads is immutable or made for that.
std::string Server::metrics_page() const {
  const std::vector<CertificateExpiry> expiries = [this] {
    const std::lock_guard lock(expiries_mutex_);
    return expiries_;
  }();
  const MetricsInput input{.workers = worker_metrics_,
                           .labels = labels_,
                           .listeners = listener_names_,
                           .certificates = expiries,
                           .access_log_dropped = access_log_->dropped(),
                           .process = ProcessFacts::read(),
                           .version = kVersion};
  return render_metrics(input);
}

void Server::run_until_stopped() {
  while (true) {
    const int signal = wait_for_signal(kRefreshEvery);
    if (signal == SIGTERM || signal == SIGINT) break;
    if (signal == SIGUSR1 || signal == SIGHUP) access_log_->reopen();
    if (signal == SIGUSR1) continue;
    if (identities_->refresh() != nullptr) publish_identities();
  }
  drain();
}

bool Server::all_ended() const {
  return std::ranges::all_of(workers_, [](const auto& worker) { return worker->ended(); });
}

void Server::drain() {
  for (auto& worker : workers_) worker->drain();
  const SteadyTime limit = clock_.steady() + command_.timeouts.drain;
  while (!all_ended() && clock_.steady() < limit) {
    const int signal = wait_for_signal(kDrainStep);
    if (signal == SIGTERM || signal == SIGINT) break;
  }
  if (!all_ended()) events_.warn("Requests that were still running have been cut off.");
  for (auto& worker : workers_) worker->cancel();
  workers_.clear();
}

}  // namespace gatehouse::app
