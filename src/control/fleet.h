#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/metrics.h"
#include "control/listeners.h"
#include "edge/worker/snapshot.h"

namespace gatehouse::control {

// The workers, as the control plane sees them. Control thread only.
class Fleet {
 public:
  virtual ~Fleet() = default;

  // Serves `next` everywhere from now on (edge::Worker::apply). `in_force` is called on the control
  // thread when every worker does; never, if one of them has ended.
  virtual void apply(std::shared_ptr<const edge::Snapshot> next, std::vector<NewSockets> opened,
                     std::move_only_function<void()> in_force) = 0;
  // Of each worker; they live as long as the fleet.
  virtual std::vector<const WorkerMetrics*> metrics() const = 0;
};

}  // namespace gatehouse::control
