#include "edge/worker/worker.h"

namespace gatehouse::edge {

Worker::Worker(const Clock& clock, EventLog& events)
    : events_(events), reactor_(clock), supervising_(reactor_) {}

Result<std::unique_ptr<Worker>> Worker::make(std::shared_ptr<const Snapshot> snapshot,
                                             std::vector<OpenedListener> opened, const Clock& clock,
                                             EventLog& events,
                                             std::function<std::string()> metrics_page,
                                             const StoreOfWorker& store) {
  std::unique_ptr<Worker> worker(new Worker(clock, events));
  auto edge = ThreadEdge::make(worker->reactor_, worker->metrics_, events);
  if (!edge) return pass_on(edge);
  worker->edge_ = std::move(*edge);
  worker->edge_->context().metrics_page = std::move(metrics_page);
  if (store.credentials) {
    worker->edge_->use_store(store.credentials(worker->reactor_), store.served);
  }
  auto taken = worker->edge_->take(std::move(snapshot), std::move(opened));
  if (!taken) return pass_on(taken);
  return worker;
}

Worker::~Worker() {
  cancel();
  if (thread_.joinable()) thread_.join();
}

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::run() {
  edge_->start();
  supervising_.spawn(supervise());
  reactor_.run();
  ended_.store(true, std::memory_order_release);
}

io::Task<void> Worker::supervise() {
  co_await edge_->join();
  reactor_.stop();
}

void Worker::apply(std::shared_ptr<const Snapshot> next, std::vector<OpenedListener> opened,
                   std::move_only_function<void()> in_force) {
  reactor_.post([this, next = std::move(next), opened = std::move(opened),
                 in_force = std::move(in_force)]() mutable {
    auto taken = edge_->take(std::move(next), std::move(opened));
    if (!taken) {
      events_.error("A listener still serves what it did before the change.",
                    {{"reason", taken.error().what}});
    }
    if (in_force) in_force();
  });
}

void Worker::drain(Acceptor::Ending ending) {
  reactor_.post([this, ending] { edge_->drain(ending); });
}

void Worker::share_sockets(std::move_only_function<void(std::vector<OpenedListener>)> take) {
  reactor_.post([this, take = std::move(take)]() mutable { take(edge_->sockets()); });
}

void Worker::cancel() {
  reactor_.post([this] { edge_->cancel(); });
}

}  // namespace gatehouse::edge
