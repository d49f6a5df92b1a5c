#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "io/event.h"
#include "kv/store_thread.h"

namespace gatehouse::kv {

// One reactor's way to have work done on the store's thread, and to be told the outcome. Used and
// destroyed on that reactor's thread, before the StoreThread is. Its destructor drops the calls of
// tasks that gave up and waits for the one that is being carried out, if it is its.
class ThreadClient {
 public:
  ThreadClient(StoreThread& thread, io::Reactor& reactor);
  ThreadClient(const ThreadClient&) = delete;
  ThreadClient& operator=(const ThreadClient&) = delete;
  ~ThreadClient() { thread_.leave(*this); }

  // `work` is called with the ledger on the store's thread and returns a Result<T>; it owns what it
  // needs, because who asked may be gone by then. Errors: those of `work`; timed_out or cancelled:
  // the error says whether it may still be carried out; too many calls wait.
  template <class T, class Work>
  io::Task<Result<T>> call(Work work, io::Deadline deadline);

  io::Reactor& reactor() const { return reactor_; }

 private:
  template <class T>
  class Call;

  template <class T>
  static void finish(const std::shared_ptr<Call<T>>& call, io::Reactor& reactor, Result<T> answer);
  static std::unexpected<Error> gave_up(io::Wake wake, bool withdrawn);
  static std::unexpected<Error> too_many();

  StoreThread& thread_;
  io::Reactor& reactor_;
};

// Between the task that asked and the store's thread. Whoever moves the stage away from `waiting`
// decides whether the call is carried out.
template <class T>
class ThreadClient::Call {
 public:
  explicit Call(io::Reactor& reactor) : finished(reactor) {}

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
void ThreadClient::finish(const std::shared_ptr<Call<T>>& call, io::Reactor& reactor,
                          Result<T> answer) {
  reactor.post([call, answer = std::move(answer)]() mutable {
    call->answer.emplace(std::move(answer));
    call->finished.notify_all();
  });
}

template <class T, class Work>
io::Task<Result<T>> ThreadClient::call(Work work, io::Deadline deadline) {
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

}  // namespace gatehouse::kv
