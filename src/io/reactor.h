#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "io/buffer.h"
#include "io/fd.h"
#include "io/timer_wheel.h"
#include "io/wait.h"

namespace gatehouse::io {

// What the kernel tells of a descriptor (EPOLL* bits), once per change.
class EventTarget {
 public:
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~EventTarget() = default;
};

// One thread's loop: sockets, timers, buffers, and functions posted from other threads. Everything
// but post() and stop() belongs to the thread that runs it.
class Reactor {
 public:
  explicit Reactor(const Clock& clock);
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;
  ~Reactor();

  // Serves until stop().
  void run();
  // One pass: waits at most `longest` for something to happen. Returns whether something did.
  bool run_once(std::chrono::milliseconds longest);

  // Any thread. Functions run in the order of their posting, on the reactor's thread.
  void post(std::move_only_function<void()> function);
  void stop();

  // The time at the start of this pass.
  SteadyTime now() const { return now_; }
  Deadline in(std::chrono::nanoseconds time) const { return Deadline::at(now_ + time); }
  const Clock& clock() const { return clock_; }
  BufferPool& buffers() { return buffers_; }

  enum class Interest : unsigned char { input, input_and_output };
  // Registers for IN and RDHUP, and for OUT if asked, edge-triggered; what is true already is told
  // as well.
  void watch(int fd, EventTarget& target, Interest interest);
  // From here on also for OUT: for a descriptor that was watched for input and is now full.
  void watch_output_too(int fd, EventTarget& target);
  // Ends watch(), also in the events of this pass; before the caller closes the descriptor. Closing
  // alone would not do: the kernel goes on telling of a socket that another process has as well, a
  // successor that was handed it or a child between fork and exec (epoll(7)).
  void unwatch(int fd, EventTarget& target);
  // Forgets a target whose descriptors are closed already, also in the events of this pass.
  void forget(EventTarget& target);

  // Whether the events already fetched tell of input or an end that `target` has not seen yet.
  bool has_input_event(const EventTarget& target) const;
  // Fires the timer once, at most one tick late, unless it is unlinked before. For what is no task
  // (a foreign library's timeouts); a task waits with a deadline instead.
  void arm(Timer& timer, SteadyTime due) { wheel_.arm(timer, due); }

  // Suspends until the deadline: co_await reactor.sleep(reactor.in(5s)).
  auto sleep(Deadline deadline);
  // Lets everything else that is ready run first.
  auto yield();

 private:
  friend class Waiter;
  class Posted final : public EventTarget {
   public:
    explicit Posted(Reactor& reactor) : reactor_(reactor) {}
    void on_events(std::uint32_t events) override;

   private:
    Reactor& reactor_;
  };
  static constexpr int kMostEvents = 256;
  struct Batch;

  int timeout(std::chrono::milliseconds longest) const;
  bool dispatch(int count);
  bool run_ready();
  void run_posted();

  const Clock& clock_;
  SteadyTime now_;
  TimerWheel wheel_;
  BufferPool buffers_;
  Fd epoll_;
  Fd wake_;
  Posted posted_target_{*this};
  std::unique_ptr<Batch> batch_;
  IntrusiveList<Waiter, ReadyLink> ready_;
  std::mutex mutex_;
  std::vector<std::move_only_function<void()>> posted_;
  std::atomic<bool> stopping_ = false;
};

namespace detail {

class Sleep final : public Waiter {
 public:
  Sleep(Reactor& reactor, Deadline deadline) : Waiter(reactor), deadline_(deadline) {}
  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    return arm(waiting, waiting.promise().scope, deadline_);
  }
  Wake await_resume() const { return result(); }

 private:
  Deadline deadline_;
};

class Yield final : public Waiter {
 public:
  explicit Yield(Reactor& reactor) : Waiter(reactor) {}
  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (!arm(waiting, waiting.promise().scope, Deadline::never())) return false;
    wake_soon(Wake::ready);
    return true;
  }
  Wake await_resume() const { return result(); }
};

}  // namespace detail

inline auto Reactor::sleep(Deadline deadline) { return detail::Sleep(*this, deadline); }
inline auto Reactor::yield() { return detail::Yield(*this); }

}  // namespace gatehouse::io
