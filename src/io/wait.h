#pragma once

#include <coroutine>

#include "base/clock.h"
#include "io/scope.h"
#include "io/timer_wheel.h"

namespace gatehouse::io {

class Reactor;
struct ReadyLink;

// How a wait ended.
enum class Wake : unsigned char { ready, timed_out, cancelled };

// A point in time at which a wait gives up. `Deadline::never()` is for waits that another deadline
// or a cancelled scope is sure to end.
class Deadline {
 public:
  static Deadline at(SteadyTime time) { return Deadline(time); }
  static Deadline never() { return Deadline(SteadyTime::max()); }

  bool is_never() const { return time_ == SteadyTime::max(); }
  SteadyTime time() const { return time_; }
  Deadline sooner(Deadline other) const { return other.time_ < time_ ? other : *this; }

 private:
  explicit Deadline(SteadyTime time) : time_(time) {}

  SteadyTime time_;
};

// One suspended coroutine: found by its timer, by its scope's cancellation, and by whatever it
// waits for. Lives in the coroutine's frame. It is woken exactly once, always from the reactor's
// loop, never from inside another task's call.
class Waiter : public Timer, public Link<ScopeLink>, public Link<ReadyLink> {
 public:
  explicit Waiter(Reactor& reactor) : reactor_(reactor) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // False if the scope is cancelled already: do not suspend.
  bool arm(std::coroutine_handle<> waiting, Scope* scope, Deadline deadline);
  // Resumes the coroutine now; only for the reactor's own dispatch.
  void resume(Wake wake);
  // Resumes it in this pass of the loop, after the current task has suspended.
  void wake_soon(Wake wake);

  Wake result() const { return wake_; }
  bool waiting() const { return static_cast<bool>(waiting_); }

 protected:
  ~Waiter() = default;

 private:
  friend class Reactor;
  void expired() final { wake_soon(Wake::timed_out); }
  void disarm();
  // Takes the waiter out of what it waits for.
  virtual void forget() {}

  Reactor& reactor_;
  std::coroutine_handle<> waiting_;
  Wake wake_ = Wake::ready;
};

}  // namespace gatehouse::io
