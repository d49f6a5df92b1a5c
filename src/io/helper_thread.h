#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>

#include "base/result.h"
#include "io/event.h"
#include "io/reactor.h"
#include "io/task.h"

namespace gatehouse::io {

// One thread beside the reactors for what would hold one up for a second: making an RSA key,
// stretching a passphrase. One job after the other, in the order of their coming.
class HelperThread {
 public:
  // Jobs that wait at once; one more is refused for now.
  static constexpr std::size_t kMostWaiting = 32;

  HelperThread();
  HelperThread(const HelperThread&) = delete;
  HelperThread& operator=(const HelperThread&) = delete;
  // Drops what waits, and waits for the job that runs. The reactors of all jobs outlive it.
  ~HelperThread();

  // What `work` returns, a Result. It is called on the thread and owns all that it touches: where
  // the task that waits is cancelled, or the deadline passes, a job that has begun goes on, and
  // what it returns is dropped. Errors: those of the work; timed_out; conflict, too many wait.
  template <class Work>
  Task<std::invoke_result_t<Work>> run(Reactor& reactor, Work work, Deadline deadline);

 private:
  // Between the two threads: `answer` is the thread's until `done` was posted, all else but
  // `unwanted` is the reactor's.
  template <class Answer>
  struct Ticket {
    std::optional<Answer> answer;
    std::atomic<bool> unwanted = false;
    bool done = false;
    Event* ended = nullptr;
  };
  // Whoever waits lets go of the ticket, however the wait ends.
  template <class Answer>
  struct Hold {
    ~Hold() {
      ticket.ended = nullptr;
      ticket.unwanted.store(true, std::memory_order_relaxed);
    }
    Ticket<Answer>& ticket;
  };
  using Job = std::move_only_function<void()>;

  bool submit(Job job);
  void serve();
  static std::unexpected<Error> busy();
  static std::unexpected<Error> given_up(Wake wake);

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

template <class Work>
Task<std::invoke_result_t<Work>> HelperThread::run(Reactor& reactor, Work work, Deadline deadline) {
  using Answer = std::invoke_result_t<Work>;
  Event ended(reactor);
  const auto ticket = std::make_shared<Ticket<Answer>>();
  ticket->ended = &ended;
  const Hold<Answer> hold{*ticket};
  const bool taken = submit([&reactor, ticket, work = std::move(work)]() mutable {
    if (ticket->unwanted.load(std::memory_order_relaxed)) return;
    ticket->answer.emplace(work());
    reactor.post([ticket] {
      ticket->done = true;
      if (ticket->ended != nullptr) ticket->ended->notify_all();
    });
  });
  if (!taken) co_return busy();
  while (!ticket->done) {
    const Wake wake = co_await ended.wait(deadline);
    if (wake != Wake::ready && !ticket->done) co_return given_up(wake);
  }
  co_return std::move(*ticket->answer);
}

}  // namespace gatehouse::io
