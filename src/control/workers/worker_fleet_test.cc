#include "control/workers/worker_fleet.h"

#include <sys/time.h>

#include <gtest/gtest.h>

#include "edge/worker/testing.h"
#include "io/scope.h"

namespace gatehouse::control {
namespace {

using edge::testing::saying;
using namespace std::chrono_literals;

// Only a program that is broken lets anybody wait this long.
constexpr timeval kPatience{.tv_sec = 30, .tv_usec = 0};

// Real workers on threads of their own; the test's thread is the control thread.
class FleetTest : public ::testing::Test {
 protected:
  ~FleetTest() override { fleet.end(); }

  edge::ListenerId listen(std::string_view sentence, std::size_t sockets) {
    return next.listen(saying(sentence), nullptr, "127.0.0.1:0", sockets);
  }
  // What was opened since the last call.
  std::vector<NewSockets> opened() {
    std::map<edge::ListenerId, NewSockets> by_listener;
    for (std::size_t thread = 0; thread < kMostSockets; ++thread) {
      for (edge::OpenedListener& one : next.opened(thread)) {
        by_listener[one.id].id = one.id;
        by_listener[one.id].per_thread.push_back(std::move(one.fd));
      }
    }
    std::vector<NewSockets> all;
    for (auto& [id, sockets] : by_listener) all.push_back(std::move(sockets));
    return all;
  }
  void start(std::size_t workers) {
    ASSERT_TRUE(fleet.make(workers, {next.build(), opened()}, {clock, events, {}}));
    fleet.start();
  }
  void apply() {
    bool in_force = false;
    fleet.apply(next.build(), opened(), [&in_force] { in_force = true; });
    while (!in_force) control.run_once(10ms);
  }
  io::Task<void> gather(std::optional<std::vector<edge::OpenedListener>>& into) {
    into = co_await fleet.sockets();
  }
  std::vector<edge::OpenedListener> sockets() {
    std::optional<std::vector<edge::OpenedListener>> all;
    io::Scope scope(control);
    scope.spawn(gather(all));
    while (!all) control.run_once(10ms);
    return std::move(*all);
  }
  void wait_for_end() {
    while (!fleet.ended()) control.run_once(1ms);
  }
  // The kernel chooses the socket, so only many connections meet all of them.
  std::string answers(edge::ListenerId id, int connections) {
    std::string all;
    for (int i = 0; i < connections; ++i) {
      const io::Fd fd = edge::testing::dial(next.address(id));
      (void)setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
      constexpr std::string_view kAsk =
          "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
      EXPECT_EQ(::send(fd.get(), kAsk.data(), kAsk.size(), MSG_NOSIGNAL), kAsk.size());
      char some[4096];
      ssize_t got = 0;
      while ((got = ::recv(fd.get(), some, sizeof some, 0)) > 0) {
        all.append(some, static_cast<std::size_t>(got));
      }
    }
    return all;
  }
  static int times(const std::string& text, std::string_view word) {
    int count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
    return count;
  }

  static constexpr std::size_t kMostSockets = 8;
  SystemClock clock;
  EventLog events{{.at_least = LogLevel::error, .fd = -1}, clock};
  io::Reactor control{clock};
  edge::testing::SnapshotBuilder next{clock};
  WorkerFleet fleet{control};
};

TEST_F(FleetTest, T11_every_socket_is_accepted_from_also_where_workers_are_fewer) {
  const edge::ListenerId id = listen("Here.", 5);
  start(2);
  EXPECT_EQ(times(answers(id, 60), "Here."), 60);
  EXPECT_EQ(sockets().size(), 5U);
}

TEST_F(FleetTest, a_worker_without_a_socket_of_a_listener_does_no_harm) {
  const edge::ListenerId id = listen("Here.", 1);
  start(3);
  EXPECT_EQ(times(answers(id, 10), "Here."), 10);
  EXPECT_EQ(fleet.metrics().size(), 3U);
}

TEST_F(FleetTest, a_snapshot_is_in_force_when_every_worker_serves_it) {
  const edge::ListenerId id = listen("One.", 3);
  start(3);
  EXPECT_EQ(times(answers(id, 20), "One."), 20);
  next.plan(id).routes = saying("Two.");
  const edge::ListenerId other = listen("Other.", 3);
  apply();
  EXPECT_EQ(times(answers(id, 40), "Two."), 40);
  EXPECT_EQ(times(answers(other, 10), "Other."), 10);
}

TEST_F(FleetTest, T11_the_sockets_that_it_lends_outlive_it) {
  const edge::ListenerId id = listen("Here.", 2);
  start(2);
  std::vector<edge::OpenedListener> lent = sockets();
  fleet.drain(edge::Acceptor::Ending::leave);
  wait_for_end();
  EXPECT_TRUE(edge::testing::dial(next.address(id)));
  EXPECT_EQ(sockets().size(), 0U) << "workers that have ended have none";
  lent.clear();
  EXPECT_FALSE(edge::testing::dial(next.address(id)));
}

TEST_F(FleetTest, ends_at_once_when_it_is_told_to) {
  const edge::ListenerId id = listen("Here.", 2);
  start(2);
  EXPECT_FALSE(fleet.ended());
  const io::Fd waiting = edge::testing::dial(next.address(id));
  fleet.end();
  EXPECT_FALSE(edge::testing::dial(next.address(id)));
}

}  // namespace
}  // namespace gatehouse::control
