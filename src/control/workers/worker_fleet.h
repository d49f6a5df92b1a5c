#pragma once

#include <memory>
#include <vector>

#include "control/fleet.h"
#include "control/live_control_plane.h"
#include "edge/worker/worker.h"

namespace gatehouse::control {

// The workers of this program. On the control thread, but for what Worker allows any.
class WorkerFleet final : public Fleet {
 public:
  // `control` runs on the control thread.
  explicit WorkerFleet(io::Reactor& control) : control_(control) {}

  struct Shared {
    const Clock& clock;
    EventLog& events;
    std::function<std::string()> metrics_page;
    edge::StoreOfWorker store = {};
  };
  // So many workers, which serve nothing yet.
  Result<Ok> make(std::size_t count, LiveControlPlane::Beginning beginning, const Shared& shared);
  void start();
  void drain(edge::Acceptor::Ending ending);
  // Other descriptors of all sockets that are accepted from, for a successor.
  io::Task<std::vector<edge::OpenedListener>> sockets();
  bool ended() const;
  // Cuts off what still runs, and waits for the threads.
  void end();

  void apply(std::shared_ptr<const edge::Snapshot> next, std::vector<NewSockets> opened,
             std::move_only_function<void()> in_force) override;
  std::vector<const WorkerMetrics*> metrics() const override;

 private:
  io::Reactor& control_;
  std::vector<std::unique_ptr<edge::Worker>> workers_;
};

}  // namespace gatehouse::control
