#include "io/wait.h"

#include "io/reactor.h"

namespace gatehouse::io {

bool Waiter::arm(std::coroutine_handle<> waiting, Scope* scope, Deadline deadline) {
  if (scope != nullptr) {
    if (scope->cancelled_) {
      wake_ = Wake::cancelled;
      return false;
    }
    scope->waiting_.push_back(*this);
  }
  if (!deadline.is_never()) reactor_.wheel_.arm(*this, deadline.time());
  wake_ = Wake::ready;
  waiting_ = waiting;
  return true;
}

void Waiter::disarm() {
  Link<TimerLink>::unlink();
  Link<ScopeLink>::unlink();
  Link<ReadyLink>::unlink();
}

void Waiter::resume(Wake wake) {
  disarm();
  forget();
  wake_ = wake;
  std::exchange(waiting_, {}).resume();
}

void Waiter::wake_soon(Wake wake) {
  if (!waiting_) return;
  disarm();
  forget();
  wake_ = wake;
  reactor_.ready_.push_back(*this);
}

}  // namespace gatehouse::io
