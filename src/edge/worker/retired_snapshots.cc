#include "edge/worker/retired_snapshots.h"

namespace gatehouse::edge {

void RetiredSnapshots::keep(std::shared_ptr<const Snapshot> snapshot) {
  sweep();
  if (snapshot) kept_.push_back(std::move(snapshot));
}

std::size_t RetiredSnapshots::sweep() {
  // One that only we have stays so: nobody is left who could share it.
  std::erase_if(kept_, [](const auto& snapshot) { return snapshot.use_count() == 1; });
  return kept_.size();
}

}  // namespace gatehouse::edge
