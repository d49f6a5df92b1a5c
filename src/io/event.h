#pragma once

#include "io/intrusive_list.h"
#include "io/reactor.h"
#include "io/wait.h"

namespace gatehouse::io {

struct EventLink;

// Something that any number of tasks of one thread wait for. It keeps no state: who waits after
// notify_all() waits for the next one, so look at the condition first and again after the wait.
class Event {
 public:
  explicit Event(Reactor& reactor) : reactor_(reactor) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  // Whoever still waits is woken with Wake::cancelled, and must not touch the event again.
  ~Event() { wake_all(Wake::cancelled); }

  // Wakes all who wait now, in the order of their waiting, after the current task has suspended.
  void notify_all() { wake_all(Wake::ready); }
  bool awaited() const { return !waiting_.empty(); }

  // co_await event.wait(deadline) -> Wake. Always suspends, unless the scope is cancelled.
  auto wait(Deadline deadline);

 private:
  class Wait;

  inline void wake_all(Wake wake);

  Reactor& reactor_;
  IntrusiveList<Wait, EventLink> waiting_;
};

class Event::Wait final : public Waiter, public Link<EventLink> {
 public:
  Wait(Event& event, Deadline deadline)
      : Waiter(event.reactor_), event_(event), deadline_(deadline) {}
  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (!arm(waiting, waiting.promise().scope, deadline_)) return false;
    event_.waiting_.push_back(*this);
    return true;
  }
  Wake await_resume() const { return result(); }

 private:
  void forget() override { Link<EventLink>::unlink(); }

  Event& event_;
  Deadline deadline_;
};

inline void Event::wake_all(Wake wake) {
  while (Wait* waiter = waiting_.front()) waiter->wake_soon(wake);
}

inline auto Event::wait(Deadline deadline) { return Wait(*this, deadline); }

}  // namespace gatehouse::io
