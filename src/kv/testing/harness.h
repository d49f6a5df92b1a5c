#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "io/reactor.h"
#include "io/run_until_done.h"
#include "io/scope.h"
#include "kv/store.h"
#include "kv/testing/shared_fake_clock.h"

namespace gatehouse::kv::testing {

// A new store and the reactor that it serves; one implementation of the port each.
class Harness {
 public:
  virtual ~Harness() = default;
  virtual Store& store() = 0;
  // Another object of the same store on the same reactor.
  virtual Store& other() { return store(); }
  virtual io::Reactor& reactor() = 0;
  // As much time as `by`, and a little more, goes by for the store's leases.
  virtual void advance(std::chrono::seconds by) = 0;
};

using MakeHarness = std::unique_ptr<Harness> (*)();

// The reactor and the time of a store on this machine.
class LocalHarness : public Harness {
 public:
  io::Reactor& reactor() override { return reactor_; }
  void advance(std::chrono::seconds by) override {
    clock_.advance(by + std::chrono::milliseconds(100));
    reactor_.run_once(std::chrono::milliseconds(0));
  }

 protected:
  SharedFakeClock clock_;
  io::Reactor reactor_{clock_};
};

namespace detail {

template <class T>
io::Task<void> keep(io::Task<T> task, std::optional<T>& answer) {
  answer.emplace(co_await task);
}

}  // namespace detail

// The task's answer, as it comes.
template <class T>
T run(io::Reactor& reactor, io::Task<T> task) {
  return io::run_until_done(reactor, std::move(task));
}

inline io::Deadline soon(io::Reactor& reactor) { return reactor.in(std::chrono::minutes(1)); }

}  // namespace gatehouse::kv::testing
