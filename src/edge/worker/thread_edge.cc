#include "edge/worker/thread_edge.h"

#include <fcntl.h>
#include <random>

#include "edge/session/session.h"

namespace gatehouse::edge {
namespace {

std::uint64_t random_number() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

ThreadEdge::ThreadEdge(io::Reactor& reactor, std::unique_ptr<io::Resolver> resolver,
                       WorkerMetrics& metrics, EventLog& events)
    : reactor_(reactor),
      metrics_(metrics),
      events_(events),
      resolver_(std::move(resolver)),
      context_(reactor, *resolver_, metrics, nullptr, events, random_number()),
      accepting_(reactor),
      sessions_(reactor),
      ending_(reactor) {}

ThreadEdge::~ThreadEdge() = default;

Result<std::unique_ptr<ThreadEdge>> ThreadEdge::make(io::Reactor& reactor, WorkerMetrics& metrics,
                                                     EventLog& events) {
  auto resolver = io::Resolver::make(reactor);
  if (!resolver) return pass_on(resolver);
  return std::unique_ptr<ThreadEdge>(
      new ThreadEdge(reactor, std::move(*resolver), metrics, events));
}

void ThreadEdge::use_store(std::unique_ptr<certs::CredentialSource> source,
                           certs::ServedSink served) {
  credentials_ = std::move(source);
  if (!credentials_) return;
  cache_ =
      std::make_unique<certs::CredentialCache>(reactor_, *credentials_, events_, std::move(served));
}

// ------------------------------------------------------------------ snapshots

Result<Ok> ThreadEdge::take(std::shared_ptr<const Snapshot> next,
                            std::vector<OpenedListener> opened) {
  if (generations_ > 0) context_.upstreams.begin_to_forget();
  context_.most_sessions = next->most_connections_per_worker;
  log_to(next->access_log.lock());
  const auto generation =
      make_counted<const Generation>(++generations_, next, next->settings, next->certificate);
  auto followed = follow(*next, generation);
  leave_missing(*next);
  for (OpenedListener& listener : opened) open(std::move(listener));
  return followed;
}

void ThreadEdge::log_to(std::shared_ptr<AccessLog> log) {
  if (log == access_log_) return;
  context_.access_log = log && log->on() ? &log->new_buffer() : nullptr;
  access_log_ = std::move(log);
}

Result<Ok> ThreadEdge::follow(const Snapshot& next, const GenerationPtr& generation) {
  Result<Ok> all = Ok{};
  for (const auto& [id, plan] : next.listeners) {
    CountedPtr<WorkerListener> listener;
    const auto known = listeners_.find(id);
    listener = known == listeners_.end() ? make_counted<WorkerListener>(id) : known->second;
    auto followed = listener->follow(plan, next, generation, {reactor_.clock(), cache_.get()});
    if (followed) {
      listeners_.insert_or_assign(id, std::move(listener));
    } else if (all) {
      all = std::move(followed);
    }
  }
  return all;
}

// What waits to be accepted still is.
void ThreadEdge::leave_missing(const Snapshot& next) {
  std::erase_if(listeners_, [&next](const auto& entry) {
    entry.second->leaving = !next.listeners.contains(entry.first);
    return entry.second->leaving;
  });
  for (Door& door : doors_) {
    if (door.listener->leaving) door.stop(Acceptor::Ending::refuse);
  }
}

// ------------------------------------------------------------------ connections

ThreadEdge::Door::Door(ThreadEdge& edge, CountedPtr<WorkerListener> listener_,
                       OpenedListener opened)
    : listener(std::move(listener_)),
      acceptor(edge.reactor_, std::move(opened.fd), edge.events_,
               [this, &edge](Accepted accepted) { edge.accept(listener, std::move(accepted)); }),
      held_elsewhere(opened.held_elsewhere) {}

void ThreadEdge::Door::stop(Acceptor::Ending ending) {
  acceptor.stop(held_elsewhere ? Acceptor::Ending::leave : ending);
}

void ThreadEdge::open(OpenedListener opened) {
  const auto found = listeners_.find(opened.id);
  if (found == listeners_.end() || context_.draining) return;
  Door& door = doors_.emplace_back(*this, found->second, std::move(opened));
  if (started_) accepting_.spawn(accept_at(door));
}

void ThreadEdge::start() {
  started_ = true;
  for (Door& door : doors_) accepting_.spawn(accept_at(door));
}

// Closes the socket in the end, so that the address is free again.
io::Task<void> ThreadEdge::accept_at(Door& door) {
  co_await door.acceptor.run();
  std::erase_if(doors_, [&door](const Door& other) { return &other == &door; });
}

void ThreadEdge::accept(const CountedPtr<WorkerListener>& listener, Accepted accepted) {
  const bool full = context_.open_sessions >= context_.most_sessions && !listener->metrics();
  if (full && !make_room()) {
    metrics_.turned_away(listener->number);
    events_.warn(
        "A connection was turned away: the limit of connections is reached. Raise it with "
        "--limit connections=N, or look for clients that hold too many.");
    return;
  }
  sessions_.spawn(serve_connection(context_, listener, std::move(accepted)));
}

// At the limit a connection that has been served and waits gives way to a new one.
bool ThreadEdge::make_room() {
  for (Session* session = context_.sessions.front(); session != nullptr;
       session = context_.sessions.after(*session)) {
    if (!session->can_give_way()) continue;
    session->drain();
    return true;
  }
  return false;
}

// ------------------------------------------------------------------ the end

std::vector<OpenedListener> ThreadEdge::sockets() const {
  std::vector<OpenedListener> all;
  for (const Door& door : doors_) {
    io::Fd same(fcntl(door.acceptor.fd(), F_DUPFD_CLOEXEC, 3));
    if (door.acceptor.stopped() || !same) continue;
    const auto id = static_cast<ListenerId>(door.listener->number);
    all.push_back({id, std::move(same), door.held_elsewhere});
  }
  return all;
}

void ThreadEdge::drain(Acceptor::Ending ending) {
  context_.draining = true;
  context_.patient = ending == Acceptor::Ending::leave;
  for (Door& door : doors_) door.stop(ending);
  ending_.notify_all();
  if (context_.patient) return;
  for (Session* session = context_.sessions.front(); session != nullptr;
       session = context_.sessions.after(*session)) {
    session->drain();
  }
}

void ThreadEdge::cancel() {
  context_.draining = true;
  accepting_.cancel();
  sessions_.cancel();
  if (cache_) cache_->cancel();
  ending_.notify_all();
}

// Nobody accepts any more, then nobody is served any more, then nothing is loaded any more.
io::Task<void> ThreadEdge::join() {
  while (!context_.draining) (void)co_await ending_.wait(io::Deadline::never());
  co_await accepting_.join();
  co_await sessions_.join();
  co_await context_.upstreams.close();
  if (!cache_) co_return;
  cache_->cancel();
  co_await cache_->join();
}

}  // namespace gatehouse::edge
