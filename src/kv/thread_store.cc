#include "kv/thread_store.h"

#include <atomic>

#include <fmt/format.h>

#include "io/event.h"
#include "kv/local_watch.h"

namespace gatehouse::kv {
namespace {

// Between the task that asked and the store's thread. Whoever moves the stage away from `waiting`
// decides whether the call is carried out.
template <class T>
class Call {
 public:
  Call(io::Reactor& reactor) : finished(reactor) {}

  bool begin() { return leave_waiting(Stage::begun); }
  // False: it is being carried out, or has been.
  bool withdraw() { return leave_waiting(Stage::withdrawn); }

  // Of the reactor's thread.
  io::Event finished;
  std::optional<Result<T>> answer;

 private:
  enum class Stage : unsigned char { waiting, begun, withdrawn };

  bool leave_waiting(Stage next) {
    Stage expected = Stage::waiting;
    return stage_.compare_exchange_strong(expected, next);
  }

  std::atomic<Stage> stage_ = Stage::waiting;
};

template <class T>
void finish(const std::shared_ptr<Call<T>>& call, io::Reactor& reactor, Result<T> answer) {
  reactor.post([call, answer = std::move(answer)]() mutable {
    call->answer.emplace(std::move(answer));
    call->finished.notify_all();
  });
}

std::unexpected<Error> gave_up(io::Wake wake, bool withdrawn) {
  const bool late = wake == io::Wake::timed_out;
  return fail_for_now(
      Fault::machine,
      fmt::format("{}, {}",
                  late ? "the store did not answer in time" : "a call of the store was given up",
                  withdrawn ? "and did not begin: nothing was changed, try again"
                            : "and whether it is carried out is not known: read before you try "
                              "again"),
      late ? ErrorKind::timed_out : ErrorKind::failed);
}

std::unexpected<Error> too_many() {
  return fail_for_now(Fault::machine,
                      fmt::format("{} calls of the store wait already: nothing was changed, try "
                                  "again later",
                                  StoreThread::kMostWaiting));
}

}  // namespace

template <class T, class Work>
io::Task<Result<T>> ThreadStore::call(Work work, io::Deadline deadline) {
  const auto call = std::make_shared<Call<T>>(reactor_);
  const bool taken = thread_.submit(
      *this, [call, &reactor = reactor_, work = std::move(work)](Ledger& ledger) mutable {
        if (call->begin()) finish<T>(call, reactor, work(ledger));
      });
  if (!taken) co_return too_many();
  while (!call->answer) {
    const io::Wake wake = co_await call->finished.wait(deadline);
    if (wake != io::Wake::ready && !call->answer) co_return gave_up(wake, call->withdraw());
  }
  co_return std::move(*call->answer);
}

io::Task<Result<std::optional<Entry>>> ThreadStore::get(std::string key, io::Deadline deadline) {
  return call<std::optional<Entry>>(
      [key = std::move(key)](Ledger& ledger) { return ledger.get(key); }, deadline);
}

io::Task<Result<Page>> ThreadStore::list(ListRequest request, io::Deadline deadline) {
  return call<Page>([request = std::move(request)](Ledger& ledger) { return ledger.list(request); },
                    deadline);
}

io::Task<Result<Outcome>> ThreadStore::commit(Transaction transaction, io::Deadline deadline) {
  return call<Outcome>(
      [transaction = std::move(transaction)](Ledger& ledger) { return ledger.commit(transaction); },
      deadline);
}

io::Task<Result<Lease>> ThreadStore::grant(std::chrono::seconds duration, io::Deadline deadline) {
  return call<Lease>([duration](Ledger& ledger) { return ledger.grant(duration); }, deadline);
}

io::Task<Result<Ok>> ThreadStore::keep_alive(Lease lease, io::Deadline deadline) {
  return call<Ok>([lease](Ledger& ledger) { return ledger.keep_alive(lease); }, deadline);
}

io::Task<Result<Ok>> ThreadStore::revoke(Lease lease, io::Deadline deadline) {
  return call<Ok>([lease](Ledger& ledger) { return ledger.revoke(lease); }, deadline);
}

io::Task<Result<std::unique_ptr<Watch>>> ThreadStore::watch(std::string prefix, Revision since,
                                                            io::Deadline deadline) {
  auto buffer = std::make_shared<WatchBuffer>(reactor_, std::move(prefix));
  auto watch = std::make_unique<LocalWatch>(buffer);
  auto joined = co_await call<Ok>(
      [buffer, since](Ledger& ledger) { return ledger.watch(buffer, since); }, deadline);
  if (!joined) co_return pass_on(joined);
  co_return watch;
}

}  // namespace gatehouse::kv
