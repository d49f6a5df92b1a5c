#include "kv/memory_store.h"

#include "kv/local_watch.h"
#include "kv/memory_engine.h"

namespace gatehouse::kv {

MemoryStore::MemoryStore(io::Reactor& reactor)
    : reactor_(reactor),
      // Memory has no disk that could fail it.
      ledger_(*Ledger::make(std::make_unique<MemoryEngine>(), reactor.clock())) {}

void MemoryStore::expired() {
  ledger_->end_due_leases();
  await_next_end();
}

void MemoryStore::await_next_end() {
  if (const auto due = ledger_->next_due()) reactor_.arm(*this, *due);
}

io::Task<Result<std::optional<Entry>>> MemoryStore::get(std::string key, io::Deadline /*unused*/) {
  co_return ledger_->get(key);
}

io::Task<Result<Page>> MemoryStore::list(ListRequest request, io::Deadline /*unused*/) {
  co_return ledger_->list(request);
}

io::Task<Result<Outcome>> MemoryStore::commit(Transaction transaction, io::Deadline /*unused*/) {
  co_return ledger_->commit(transaction);
}

io::Task<Result<Lease>> MemoryStore::grant(std::chrono::seconds duration, io::Deadline /*unused*/) {
  auto lease = ledger_->grant(duration);
  await_next_end();
  co_return lease;
}

io::Task<Result<Ok>> MemoryStore::keep_alive(Lease lease, io::Deadline /*unused*/) {
  auto kept = ledger_->keep_alive(lease);
  await_next_end();
  co_return kept;
}

io::Task<Result<Ok>> MemoryStore::revoke(Lease lease, io::Deadline /*unused*/) {
  co_return ledger_->revoke(lease);
}

io::Task<Result<std::unique_ptr<Watch>>> MemoryStore::watch(std::string prefix, Revision since,
                                                            io::Deadline /*unused*/) {
  auto buffer = std::make_shared<WatchBuffer>(reactor_, std::move(prefix));
  auto watch = std::make_unique<LocalWatch>(buffer);
  if (auto joined = ledger_->watch(std::move(buffer), since); !joined) co_return pass_on(joined);
  co_return watch;
}

}  // namespace gatehouse::kv
