#pragma once

#include <memory>

#include "io/reactor.h"
#include "kv/ledger.h"
#include "kv/store.h"

namespace gatehouse::kv {

// A store that one reactor has to itself and that is forgotten with it; it needs no thread, so that
// tests of the rooms above move its time with their reactor's.
class MemoryStore final : public Store, private io::Timer {
 public:
  explicit MemoryStore(io::Reactor& reactor);
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;
  ~MemoryStore() override = default;

  io::Task<Result<std::optional<Entry>>> get(std::string key, io::Deadline deadline) override;
  io::Task<Result<Page>> list(ListRequest request, io::Deadline deadline) override;
  io::Task<Result<Outcome>> commit(Transaction transaction, io::Deadline deadline) override;
  io::Task<Result<Lease>> grant(std::chrono::seconds duration, io::Deadline deadline) override;
  io::Task<Result<Ok>> keep_alive(Lease lease, io::Deadline deadline) override;
  io::Task<Result<Ok>> revoke(Lease lease, io::Deadline deadline) override;
  io::Task<Result<std::unique_ptr<Watch>>> watch(std::string prefix, Revision since,
                                                 io::Deadline deadline) override;

 private:
  void expired() override;
  void await_next_end();

  io::Reactor& reactor_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace gatehouse::kv
