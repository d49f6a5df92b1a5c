#pragma once

#include <memory>
#include <string>

#include "kv/store.h"
#include "kv/thread_client.h"

namespace gatehouse::kv {

// One reactor's way to a StoreThread.
class ThreadStore final : public Store {
 public:
  ThreadStore(StoreThread& thread, io::Reactor& reactor) : client_(thread, reactor) {}
  ThreadStore(const ThreadStore&) = delete;
  ThreadStore& operator=(const ThreadStore&) = delete;
  ~ThreadStore() override = default;

  io::Task<Result<std::optional<Entry>>> get(std::string key, io::Deadline deadline) override;
  io::Task<Result<Page>> list(ListRequest request, io::Deadline deadline) override;
  io::Task<Result<Outcome>> commit(Transaction transaction, io::Deadline deadline) override;
  io::Task<Result<Lease>> grant(std::chrono::seconds duration, io::Deadline deadline) override;
  io::Task<Result<Ok>> keep_alive(Lease lease, io::Deadline deadline) override;
  io::Task<Result<Ok>> revoke(Lease lease, io::Deadline deadline) override;
  io::Task<Result<std::unique_ptr<Watch>>> watch(std::string prefix, Revision since,
                                                 io::Deadline deadline) override;

 private:
  ThreadClient client_;
};

}  // namespace gatehouse::kv
