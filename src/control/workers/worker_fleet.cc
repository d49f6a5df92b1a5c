#include "control/workers/worker_fleet.h"

#include <algorithm>
#include <atomic>

#include "io/event.h"

namespace gatehouse::control {
namespace {

// The sockets of each worker. There may be more than workers: all of them are accepted from.
std::vector<std::vector<edge::OpenedListener>> dealt(std::vector<NewSockets> opened,
                                                     std::size_t workers) {
  std::vector<std::vector<edge::OpenedListener>> hands(workers);
  for (NewSockets& sockets : opened) {
    std::size_t next = 0;
    for (io::Fd& fd : sockets.per_thread) {
      hands[next++ % workers].push_back({sockets.id, std::move(fd), sockets.held_elsewhere});
    }
  }
  return hands;
}

// Counts the workers that serve the next snapshot.
struct Arrivals {
  std::atomic<std::size_t> missing;
  std::move_only_function<void()> in_force;
};

// What workers lend; on the control thread.
struct Gathered {
  explicit Gathered(io::Reactor& control) : answered(control) {}
  void add(std::vector<edge::OpenedListener> more) {
    for (edge::OpenedListener& one : more) sockets.push_back(std::move(one));
    ++answers;
    answered.notify_all();
  }

  std::vector<edge::OpenedListener> sockets;
  std::size_t answers = 0;
  io::Event answered;
};

constexpr std::chrono::seconds kShareTime{5};

}  // namespace

Result<Ok> WorkerFleet::make(std::size_t count, LiveControlPlane::Beginning beginning,
                             const Shared& shared) {
  auto hands = dealt(std::move(beginning.opened), count);
  for (auto& hand : hands) {
    auto worker = edge::Worker::make(beginning.snapshot, std::move(hand), shared.clock,
                                     shared.events, shared.metrics_page, shared.store);
    if (!worker) return pass_on(worker);
    workers_.push_back(std::move(*worker));
  }
  return Ok{};
}

void WorkerFleet::start() {
  for (auto& worker : workers_) worker->start();
}

void WorkerFleet::drain(edge::Acceptor::Ending ending) {
  for (auto& worker : workers_) worker->drain(ending);
}

// A worker that has ended has none, and never answers.
io::Task<std::vector<edge::OpenedListener>> WorkerFleet::sockets() {
  const auto gathered = std::make_shared<Gathered>(control_);
  std::size_t missing = 0;
  for (auto& worker : workers_) {
    if (worker->ended()) continue;
    ++missing;
    worker->share_sockets([gathered, &control = control_](auto shared) {
      control.post(
          [gathered, shared = std::move(shared)]() mutable { gathered->add(std::move(shared)); });
    });
  }
  const io::Deadline deadline = control_.in(kShareTime);
  while (gathered->answers < missing) {
    if (co_await gathered->answered.wait(deadline) != io::Wake::ready) break;
  }
  co_return std::move(gathered->sockets);
}

bool WorkerFleet::ended() const {
  return std::ranges::all_of(workers_, [](const auto& worker) { return worker->ended(); });
}

void WorkerFleet::end() {
  for (auto& worker : workers_) worker->cancel();
  workers_.clear();
}

void WorkerFleet::apply(std::shared_ptr<const edge::Snapshot> next, std::vector<NewSockets> opened,
                        std::move_only_function<void()> in_force) {
  auto hands = dealt(std::move(opened), workers_.size());
  const auto arrivals = std::make_shared<Arrivals>(workers_.size(), std::move(in_force));
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->apply(next, std::move(hands[i]), [arrivals, &control = control_] {
      if (arrivals->missing.fetch_sub(1) != 1) return;
      control.post([arrivals] { arrivals->in_force(); });
    });
  }
}

std::vector<const WorkerMetrics*> WorkerFleet::metrics() const {
  std::vector<const WorkerMetrics*> all;
  for (const auto& worker : workers_) all.push_back(&worker->metrics());
  return all;
}

}  // namespace gatehouse::control
