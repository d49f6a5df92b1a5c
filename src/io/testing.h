#pragma once

#include <chrono>

#include <gtest/gtest.h>

#include "io/reactor.h"

namespace gatehouse::io::testing {

using namespace std::chrono_literals;

// A reactor whose time stands still until the test moves it.
class ReactorTest : public ::testing::Test {
 protected:
  // Passes of the loop until nothing happens any more.
  void settle() {
    while (reactor.run_once(0ms)) {
    }
  }
  void advance(std::chrono::nanoseconds by) {
    clock.advance(by);
    reactor.run_once(0ms);
    settle();
  }

  FakeClock clock;
  Reactor reactor{clock};
};

}  // namespace gatehouse::io::testing
