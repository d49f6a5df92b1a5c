#pragma once

#include <cstdint>
#include <utility>

#include "base/result.h"
#include "io/event.h"

namespace gatehouse::certs {

// Lets the tasks of one reactor do something one after the other, in no fixed order.
class Turn {
 public:
  // Ends the turn of whoever holds it.
  class Held {
   public:
    explicit Held(Turn* turn) : turn_(turn) {}
    Held(Held&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (turn_ != nullptr) turn_->end();
    }

   private:
    Turn* turn_;
  };

  explicit Turn(io::Reactor& reactor) : ended_(reactor) {}

  // Errors: timed_out; cancelled. Nothing has begun then.
  io::Task<Result<Held>> take(io::Deadline deadline) {
    while (taken_) {
      const io::Wake wake = co_await ended_.wait(deadline);
      if (wake == io::Wake::ready) continue;
      co_return fail_for_now(
          Fault::machine,
          "other changes of the certificate store took too long: nothing was changed, try again",
          wake == io::Wake::timed_out ? ErrorKind::timed_out : ErrorKind::failed);
    }
    taken_ = true;
    co_return Held(this);
  }

 private:
  void end() {
    taken_ = false;
    ended_.notify_all();
  }

  io::Event ended_;
  bool taken_ = false;
};

}  // namespace gatehouse::certs
