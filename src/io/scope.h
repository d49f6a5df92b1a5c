#pragma once

#include <cstddef>

#include "io/intrusive_list.h"
#include "io/task.h"

namespace gatehouse::io {

class Reactor;
class Waiter;
struct ScopeLink;

// Owns running tasks. They end before the scope does: whoever owns a scope awaits join() first.
// All of it happens on the reactor's thread.
class Scope {
 public:
  explicit Scope(Reactor& reactor) : reactor_(reactor) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();

  // Runs the task until it first suspends; it is freed when it has ended.
  void spawn(Task<void> task);

  // Wakes every wait of every task in here with Wake::cancelled; later waits end at once.
  // Idempotent.
  void cancel();
  bool cancelled() const { return cancelled_; }

  std::size_t running() const { return running_; }
  // Ends when the last task has ended. If the awaiting task is cancelled meanwhile, so is this
  // scope, and join still waits for the end.
  Task<void> join();

 private:
  friend class Waiter;
  struct Root;

  static Root run(Scope& scope, Task<void> task);
  void ended();

  Reactor& reactor_;
  IntrusiveList<Waiter, ScopeLink> waiting_;
  Waiter* joining_ = nullptr;
  std::size_t running_ = 0;
  bool cancelled_ = false;
};

}  // namespace gatehouse::io
