#include "kv/thread_store.h"

#include "kv/local_watch.h"

namespace gatehouse::kv {

io::Task<Result<std::optional<Entry>>> ThreadStore::get(std::string key, io::Deadline deadline) {
  return client_.call<std::optional<Entry>>(
      [key = std::move(key)](Ledger& ledger) { return ledger.get(key); }, deadline);
}

io::Task<Result<Page>> ThreadStore::list(ListRequest request, io::Deadline deadline) {
  return client_.call<Page>(
      [request = std::move(request)](Ledger& ledger) { return ledger.list(request); }, deadline);
}

io::Task<Result<Outcome>> ThreadStore::commit(Transaction transaction, io::Deadline deadline) {
  return client_.call<Outcome>(
      [transaction = std::move(transaction)](Ledger& ledger) { return ledger.commit(transaction); },
      deadline);
}

io::Task<Result<Lease>> ThreadStore::grant(std::chrono::seconds duration, io::Deadline deadline) {
  return client_.call<Lease>([duration](Ledger& ledger) { return ledger.grant(duration); },
                             deadline);
}

io::Task<Result<Ok>> ThreadStore::keep_alive(Lease lease, io::Deadline deadline) {
  return client_.call<Ok>([lease](Ledger& ledger) { return ledger.keep_alive(lease); }, deadline);
}

io::Task<Result<Ok>> ThreadStore::revoke(Lease lease, io::Deadline deadline) {
  return client_.call<Ok>([lease](Ledger& ledger) { return ledger.revoke(lease); }, deadline);
}

io::Task<Result<std::unique_ptr<Watch>>> ThreadStore::watch(std::string prefix, Revision since,
                                                            io::Deadline deadline) {
  auto buffer = std::make_shared<WatchBuffer>(client_.reactor(), std::move(prefix));
  auto watch = std::make_unique<LocalWatch>(buffer);
  auto joined = co_await client_.call<Ok>(
      [buffer, since](Ledger& ledger) { return ledger.watch(buffer, since); }, deadline);
  if (!joined) co_return pass_on(joined);
  co_return watch;
}

}  // namespace gatehouse::kv
