#pragma once

#include <functional>
#include <initializer_list>

#include "base/result.h"
#include "io/fd.h"
#include "io/reactor.h"

namespace gatehouse::app {

// Signals as events of a reactor. They must be blocked in every thread.
class Signals final : public io::EventTarget {
 public:
  using OnSignal = std::function<void(int signal)>;

  static Result<std::unique_ptr<Signals>> watch(io::Reactor& reactor,
                                                std::initializer_list<int> signals,
                                                OnSignal on_signal);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  Signals(io::Reactor& reactor, io::Fd fd, OnSignal on_signal);
  void on_events(std::uint32_t events) override;

  io::Reactor& reactor_;
  io::Fd fd_;
  OnSignal on_signal_;
};

}  // namespace gatehouse::app
