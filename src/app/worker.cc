#include "app/worker.h"

#include <random>

#include "edge/session/session.h"

namespace gatehouse::app {
namespace {

std::uint64_t random_number() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

Worker::Worker(std::shared_ptr<const EdgePlan> plan, const Clock& clock, EventLog& events,
               AccessLog& access_log)
    : plan_(std::move(plan)),
      events_(events),
      reactor_(clock),
      selector_(plan_->bindings),
      context_(std::make_unique<edge::ThreadContext>(
          reactor_, plan_->settings, metrics_, access_log.on() ? &access_log.new_buffer() : nullptr,
          events, random_number())),
      accepting_(reactor_),
      sessions_(reactor_),
      supervising_(reactor_) {}

Result<std::unique_ptr<Worker>> Worker::make(std::shared_ptr<const EdgePlan> plan,
                                             std::vector<WorkerListener> listeners,
                                             const Clock& clock, EventLog& events,
                                             AccessLog& access_log,
                                             std::function<std::string()> metrics_page) {
  std::unique_ptr<Worker> worker(new Worker(std::move(plan), clock, events, access_log));
  worker->context_->metrics_page = std::move(metrics_page);
  worker->context_->most_sessions = worker->plan_->most_connections_per_worker;
  if (auto prepared = worker->prepare(std::move(listeners)); !prepared) return pass_on(prepared);
  return worker;
}

Result<Ok> Worker::prepare(std::vector<WorkerListener> listeners) {
  auto resolver = io::Resolver::make(reactor_);
  if (!resolver) return pass_on(resolver);
  resolver_ = std::move(*resolver);
  tls::ServerOptions options;
  options.profile = plan_->profile;
  auto tls = tls::ServerContext::make(options, selector_, plan_->tickets, reactor_.clock());
  if (!tls) return pass_on(tls);
  tls_ = std::move(*tls);
  prepare_upstreams();
  for (WorkerListener& listener : listeners) {
    edge::ListenerContext& context =
        *listeners_.emplace_back(std::make_unique<edge::ListenerContext>());
    context.number = listener.number;
    context.tls = listener.tls ? tls_.get() : nullptr;
    context.routes = listener.metrics ? plan_->metrics_site.get() : plan_->sites.get();
    context.port = listener.port;
    acceptors_.push_back(std::make_unique<edge::Acceptor>(
        reactor_, std::move(listener.fd), events_,
        [this, &context](edge::Accepted accepted) { accept(context, std::move(accepted)); }));
  }
  return Ok{};
}

void Worker::prepare_upstreams() {
  for (const UpstreamSet& set : plan_->upstreams) {
    auto group = std::make_unique<edge::UpstreamGroup>();
    for (std::size_t i = 0; i < set.urls.size(); ++i) {
      group->add(std::make_unique<edge::Upstream>(reactor_, *resolver_, set.urls[i],
                                                  plan_->settings.upstream, set.labels[i]));
    }
    context_->upstreams.push_back(std::move(group));
  }
}

Worker::~Worker() {
  cancel();
  if (thread_.joinable()) thread_.join();
}

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::run() {
  for (auto& acceptor : acceptors_) accepting_.spawn(acceptor->run());
  supervising_.spawn(supervise());
  reactor_.run();
  ended_.store(true, std::memory_order_release);
}

// The end: nobody accepts any more, then nobody is served any more, then the loop stops.
io::Task<void> Worker::supervise() {
  co_await accepting_.join();
  co_await sessions_.join();
  reactor_.stop();
}

void Worker::accept(const edge::ListenerContext& listener, edge::Accepted accepted) {
  if (context_->open_sessions >= context_->most_sessions && !make_room()) {
    metrics_.turned_away(listener.number);
    events_.warn(
        "A connection was turned away: the limit of connections is reached. Raise it with "
        "--limit connections=N, or look for clients that hold too many.");
    return;
  }
  sessions_.spawn(edge::serve_connection(*context_, listener, std::move(accepted)));
}

// At the limit a connection that has been served and waits gives way to a new one.
bool Worker::make_room() {
  for (edge::Session* session = context_->sessions.front(); session != nullptr;
       session = context_->sessions.after(*session)) {
    if (!session->can_give_way()) continue;
    session->drain();
    return true;
  }
  return false;
}

void Worker::drain() {
  reactor_.post([this] {
    context_->draining = true;
    for (auto& acceptor : acceptors_) acceptor->stop();
    for (edge::Session* session = context_->sessions.front(); session != nullptr;
         session = context_->sessions.after(*session)) {
      session->drain();
    }
  });
}

void Worker::cancel() {
  reactor_.post([this] {
    context_->draining = true;
    accepting_.cancel();
    sessions_.cancel();
  });
}

void Worker::rebind(std::shared_ptr<const certs::BindingTable> bindings,
                    edge::CertificateSummary certificate) {
  reactor_.post(
      [this, bindings = std::move(bindings), certificate = std::move(certificate)]() mutable {
        selector_.replace(std::move(bindings));
        context_->certificate = std::move(certificate);
      });
}

}  // namespace gatehouse::app
