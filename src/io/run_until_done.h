#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "io/reactor.h"
#include "io/scope.h"

namespace gatehouse::io {

namespace detail {

template <class T>
Task<void> keep_answer(Task<T> task, std::optional<T>& answer) {
  answer.emplace(co_await task);
}

}  // namespace detail

// The answer of a task, for a thread whose reactor does not run yet or any more: runs it until the
// task has ended, with whatever else is due meanwhile. The task's own deadlines bound it.
template <class T>
T run_until_done(Reactor& reactor, Task<T> task) {
  std::optional<T> answer;
  Scope scope(reactor);
  scope.spawn(detail::keep_answer(std::move(task), answer));
  while (scope.running() != 0) reactor.run_once(std::chrono::seconds(10));
  return std::move(*answer);
}

}  // namespace gatehouse::io
