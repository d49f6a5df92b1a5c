#include "io/scope.h"

#include <cstdlib>

#include "io/reactor.h"
#include "io/wait.h"

namespace gatehouse::io {

// The outermost coroutine of a spawned task: frees itself at the end.
struct Scope::Root {
  struct promise_type {
    static void* operator new(std::size_t size) { return FramePool::allocate(size); }
    static void operator delete(void* frame, std::size_t size) { FramePool::release(frame, size); }
    Root get_return_object() const { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

    promise_type(Scope& owner, Task<void>& /*task*/) : scope(&owner) {}
    Scope* scope;
  };
};

namespace {

class Joining final : public Waiter {
 public:
  Joining(Reactor& reactor, Waiter*& slot, bool heed_cancel)
      : Waiter(reactor), slot_(slot), heed_cancel_(heed_cancel) {}
  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    Scope* outer = heed_cancel_ ? waiting.promise().scope : nullptr;
    if (!arm(waiting, outer, Deadline::never())) return false;
    slot_ = this;
    return true;
  }
  Wake await_resume() const { return result(); }

 private:
  void forget() override { slot_ = nullptr; }

  Waiter*& slot_;
  bool heed_cancel_;
};

}  // namespace

Scope::~Scope() {
  if (running_ != 0) std::abort();  // a task outlives what it borrows: nothing after this is sane
}

Scope::Root Scope::run(Scope& scope, Task<void> task) {
  {
    Task<void> owned = std::move(task);
    co_await owned;
  }  // its frame is freed before anybody hears of the end
  scope.ended();
}

void Scope::spawn(Task<void> task) {
  ++running_;
  run(*this, std::move(task));
}

void Scope::ended() {
  if (--running_ == 0 && joining_ != nullptr) joining_->wake_soon(Wake::ready);
}

void Scope::cancel() {
  cancelled_ = true;
  while (Waiter* waiter = waiting_.front()) waiter->wake_soon(Wake::cancelled);
}

Task<void> Scope::join() {
  bool heed_cancel = true;
  while (running_ != 0) {
    const Wake wake = co_await Joining(reactor_, joining_, heed_cancel);
    if (wake == Wake::cancelled) {
      heed_cancel = false;
      cancel();
    }
  }
}

}  // namespace gatehouse::io
