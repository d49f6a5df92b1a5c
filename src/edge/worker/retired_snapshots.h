#pragma once

#include <memory>
#include <vector>

#include "edge/worker/snapshot.h"

namespace gatehouse::edge {

// Keeps snapshots that are in force no more until no worker refers to them, so that they are
// destroyed on the thread that made them. One thread only.
class RetiredSnapshots {
 public:
  void keep(std::shared_ptr<const Snapshot> snapshot);
  // Destroys those that nobody else has; call it now and then. Returns how many are left.
  std::size_t sweep();

 private:
  std::vector<std::shared_ptr<const Snapshot>> kept_;
};

}  // namespace gatehouse::edge
