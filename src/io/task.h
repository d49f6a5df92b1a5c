#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "io/frame_pool.h"

namespace gatehouse::io {

class Scope;

namespace detail {

// What every coroutine of ours carries: who continues when it ends, and the scope that may cancel
// its waits (inherited from whoever awaits it).
class PromiseBase {
 public:
  static void* operator new(std::size_t size) { return FramePool::allocate(size); }
  static void operator delete(void* frame, std::size_t size) { FramePool::release(frame, size); }

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      return ended.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  // Exceptions mean that the process is broken; they never cross a task.
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

  std::coroutine_handle<> continuation = std::noop_coroutine();
  Scope* scope = nullptr;
};

template <class T>
class Promise : public PromiseBase {
 public:
  std::coroutine_handle<Promise> get_return_object() {
    return std::coroutine_handle<Promise>::from_promise(*this);
  }
  template <class U>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() { return std::move(*value_); }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  std::coroutine_handle<Promise> get_return_object() {
    return std::coroutine_handle<Promise>::from_promise(*this);
  }
  void return_void() const {}
  void take() const {}
};

}  // namespace detail

// A lazy coroutine: runs when it is awaited, and is awaited at most once, by the scope or the task
// that owns it. Destroying one that has started and not ended is a bug: a scope waits for it.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  // NOLINTNEXTLINE(google-explicit-constructor): get_return_object converts.
  Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  template <class Parent>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Parent> parent) noexcept {
    handle_.promise().continuation = parent;
    handle_.promise().scope = parent.promise().scope;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

  bool done() const { return handle_.done(); }

 private:
  friend class Scope;

  Handle handle_;
};

}  // namespace gatehouse::io
