#include <algorithm>
#include <string>
#include <sys/socket.h>
#include <thread>

#include <gtest/gtest.h>

#include "io/reactor.h"
#include "io/socket.h"
#include "io/testing.h"

namespace gatehouse::io {
namespace {

using namespace std::chrono_literals;

class Io : public testing::ReactorTest {
 protected:
  std::pair<Fd, Fd> pair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    return {Fd(fds[0]), Fd(fds[1])};
  }
};

Task<int> twice(int n) { co_return n * 2; }

Task<void> add_twice(int n, int& into) { into += co_await twice(n); }

Task<void> sleeper(Reactor& reactor, std::chrono::nanoseconds time, std::optional<Wake>& woken) {
  woken = co_await reactor.sleep(reactor.in(time));
}

Task<void> reader(Socket& socket, std::string& into, std::optional<Wake>& ended) {
  while (true) {
    char buffer[64];
    const IoResult got = socket.recv(buffer);
    if (got.status == IoStatus::ok) into.append(buffer, got.bytes);
    if (got.status == IoStatus::closed) co_return;
    if (got.status != IoStatus::would_block) continue;
    const Wake wake = co_await socket.readable(socket.reactor().in(10s));
    if (wake != Wake::ready) {
      ended = wake;
      co_return;
    }
  }
}

TEST_F(Io, a_task_runs_to_its_end_and_hands_its_value_to_who_awaits_it) {
  Scope scope(reactor);
  int sum = 1;
  scope.spawn(add_twice(20, sum));
  EXPECT_EQ(sum, 41);
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(Io, a_sleep_ends_at_its_deadline_not_before) {
  Scope scope(reactor);
  std::optional<Wake> woken;
  scope.spawn(sleeper(reactor, 100ms, woken));
  advance(99ms);
  EXPECT_FALSE(woken);
  advance(1ms + TimerWheel::kTick);
  EXPECT_EQ(woken, Wake::timed_out);
}

TEST_F(Io, a_deadline_beyond_one_turn_of_the_wheel_holds) {
  Scope scope(reactor);
  std::optional<Wake> woken;
  scope.spawn(sleeper(reactor, 1h, woken));
  for (int i = 0; i < 59; ++i) {
    advance(1min);
    ASSERT_FALSE(woken) << i;
  }
  advance(2min);
  EXPECT_EQ(woken, Wake::timed_out);
}

TEST_F(Io, a_long_pause_of_the_machine_fires_all_that_is_due) {
  Scope scope(reactor);
  std::array<std::optional<Wake>, 50> woken;
  for (std::size_t i = 0; i < woken.size(); ++i) scope.spawn(sleeper(reactor, i * 1s, woken[i]));
  advance(10min);
  for (const auto& w : woken) EXPECT_EQ(w, Wake::timed_out);
}

TEST_F(Io, a_cancelled_scope_wakes_its_waits_and_refuses_new_ones) {
  Scope scope(reactor);
  std::optional<Wake> first;
  std::optional<Wake> second;
  scope.spawn(sleeper(reactor, 1h, first));
  scope.cancel();
  EXPECT_FALSE(first) << "woken inside the call that cancelled";
  settle();
  EXPECT_EQ(first, Wake::cancelled);
  scope.spawn(sleeper(reactor, 1h, second));
  EXPECT_EQ(second, Wake::cancelled);
}

Task<void> joiner(Scope& inner, bool& joined) {
  co_await inner.join();
  joined = true;
}

TEST_F(Io, join_waits_for_every_task) {
  Scope outer(reactor);
  Scope inner(reactor);
  std::optional<Wake> woken;
  bool joined = false;
  inner.spawn(sleeper(reactor, 1s, woken));
  outer.spawn(joiner(inner, joined));
  settle();
  EXPECT_FALSE(joined);
  advance(2s);
  EXPECT_TRUE(joined);
}

TEST_F(Io, cancelling_who_joins_cancels_what_is_joined) {
  Scope outer(reactor);
  Scope inner(reactor);
  std::optional<Wake> woken;
  bool joined = false;
  inner.spawn(sleeper(reactor, 1h, woken));
  outer.spawn(joiner(inner, joined));
  outer.cancel();
  settle();
  EXPECT_EQ(woken, Wake::cancelled);
  EXPECT_TRUE(joined);
}

TEST_F(Io, a_socket_wakes_its_reader_when_bytes_come_and_sees_the_end) {
  auto [ours, theirs] = pair();
  Scope scope(reactor);
  Socket socket(reactor, std::move(ours));
  std::string text;
  std::optional<Wake> ended;
  scope.spawn(reader(socket, text, ended));
  settle();
  ASSERT_EQ(write(theirs.get(), "hello", 5), 5);
  settle();
  EXPECT_EQ(text, "hello");
  theirs.reset();
  settle();
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_FALSE(ended);
}

TEST_F(Io, the_end_behind_a_short_read_is_not_missed) {
  auto [ours, theirs] = pair();
  Socket socket(reactor, std::move(ours));
  ASSERT_EQ(write(theirs.get(), "bye", 3), 3);
  theirs.reset();
  settle();
  char buffer[64];
  EXPECT_EQ(socket.recv(buffer).bytes, 3u);
  EXPECT_EQ(socket.recv(buffer).status, IoStatus::closed);
}

TEST_F(Io, a_read_that_never_comes_ends_at_its_deadline) {
  auto [ours, theirs] = pair();
  Scope scope(reactor);
  Socket socket(reactor, std::move(ours));
  std::string text;
  std::optional<Wake> ended;
  scope.spawn(reader(socket, text, ended));
  advance(11s);
  EXPECT_EQ(ended, Wake::timed_out);
}

TEST_F(Io, an_interrupted_socket_wakes_its_reader_and_goes_on_working) {
  auto [ours, theirs] = pair();
  Scope scope(reactor);
  Socket socket(reactor, std::move(ours));
  std::string text;
  std::optional<Wake> ended;
  scope.spawn(reader(socket, text, ended));
  socket.interrupt();
  settle();
  EXPECT_EQ(ended, Wake::cancelled);
  ASSERT_EQ(write(theirs.get(), "x", 1), 1);
  settle();
  EXPECT_TRUE(socket.can_read());
}

TEST_F(Io, a_destroyed_socket_hears_nothing_of_the_events_already_fetched) {
  auto [a, a_peer] = pair();
  auto [b, b_peer] = pair();
  struct Killer final : EventTarget {
    std::unique_ptr<Socket>* victim = nullptr;
    void on_events(std::uint32_t) override { victim->reset(); }
  };
  // Whichever event comes first, the pass must survive the end of the other socket.
  auto victim = std::make_unique<Socket>(reactor, std::move(b));
  Killer killer;
  killer.victim = &victim;
  reactor.watch(a.get(), killer, Reactor::Interest::input);
  ASSERT_EQ(write(a_peer.get(), "x", 1), 1);
  ASSERT_EQ(write(b_peer.get(), "x", 1), 1);
  settle();
  EXPECT_EQ(victim, nullptr);
}

TEST_F(Io, a_destroyed_socket_hears_nothing_even_if_another_process_has_its_descriptor_too) {
  auto [ours, theirs] = pair();
  const Fd also_held(dup(ours.get()));
  auto socket = std::make_unique<Socket>(reactor, std::move(ours));
  settle();
  socket.reset();
  ASSERT_EQ(write(theirs.get(), "x", 1), 1);
  EXPECT_FALSE(reactor.run_once(0ms));
}

TEST_F(Io, a_standing_connection_wakes_nobody_before_its_peer_says_something) {
  auto [ours, theirs] = pair();
  settle();
  Socket socket(reactor, std::move(ours));
  EXPECT_TRUE(socket.can_write());
  EXPECT_FALSE(reactor.run_once(0ms));
}

Task<void> write_everything(ByteStream& stream, const std::string& text, bool& done) {
  const auto result = co_await write_all(stream, text, Flush::now, 5s);
  done = result.has_value();
}

TEST_F(Io, a_large_write_goes_on_as_the_peer_reads) {
  auto [ours, theirs] = pair();
  Scope scope(reactor);
  PlainStream stream(reactor, std::move(ours));
  settle();
  const std::string text(4 << 20, 'x');
  bool done = false;
  scope.spawn(write_everything(stream, text, done));
  std::size_t seen = 0;
  std::string buffer(1 << 16, 0);
  while (scope.running() > 0) {
    const ssize_t got = read(theirs.get(), buffer.data(), buffer.size());
    if (got > 0) seen += static_cast<std::size_t>(got);
    settle();
  }
  EXPECT_TRUE(done);
  while (true) {
    const ssize_t got = read(theirs.get(), buffer.data(), buffer.size());
    if (got <= 0) break;
    seen += static_cast<std::size_t>(got);
  }
  EXPECT_EQ(seen, text.size());
}

TEST_F(Io, a_peer_that_reads_nothing_is_given_up_at_the_deadline) {
  auto [ours, theirs] = pair();
  Scope scope(reactor);
  PlainStream stream(reactor, std::move(ours));
  settle();
  const std::string text(4 << 20, 'x');
  bool done = false;
  scope.spawn(write_everything(stream, text, done));
  EXPECT_EQ(scope.running(), 1u);
  advance(6s);
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_FALSE(done);
}

TEST(Reactor, functions_posted_by_other_threads_run_in_order_on_its_own) {
  SystemClock clock;
  Reactor reactor(clock);
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) reactor.post([&seen, i] { seen.push_back(i); });
    reactor.stop();
  });
  reactor.run();
  other.join();
  ASSERT_EQ(seen.size(), 1000u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST(Lease, a_growing_buffer_keeps_its_bytes) {
  BufferPool pool;
  Lease lease(pool);
  lease.take(BufferPool::Size::small);
  std::memcpy(lease.room().data(), "hello", 5);
  lease.added(5);
  lease.consume(1);
  lease.grow();
  EXPECT_EQ(lease.text(), "ello");
  EXPECT_GE(lease.room().size(), 32768u);
}

TEST(Lease, prepends_into_its_headroom) {
  BufferPool pool;
  Lease lease(pool);
  lease.take(BufferPool::Size::large, 16);
  std::memcpy(lease.room().data(), "body", 4);
  lease.added(4);
  std::memcpy(lease.prepend(5), "head ", 5);
  EXPECT_EQ(lease.text(), "head body");
  lease.compact();
  EXPECT_EQ(lease.text(), "head body");
  EXPECT_EQ(lease.headroom(), 0u);
}

TEST(SocketAddress, knows_loopback_in_every_family) {
  EXPECT_TRUE(SocketAddress::ip("127.8.9.1", 80)->is_loopback());
  EXPECT_TRUE(SocketAddress::ip("::1", 80)->is_loopback());
  EXPECT_TRUE(SocketAddress::ip("::ffff:127.0.0.1", 80)->is_loopback());
  EXPECT_FALSE(SocketAddress::ip("::ffff:10.0.0.1", 80)->is_loopback());
  EXPECT_FALSE(SocketAddress::ip("192.0.2.1", 80)->is_loopback());
}

TEST(SocketAddress, is_written_as_in_a_url) {
  EXPECT_EQ(SocketAddress::ip("::1", 8443)->text(), "[::1]:8443");
  EXPECT_EQ(SocketAddress::ip("::ffff:10.0.0.1", 1)->text(), "10.0.0.1:1");
  EXPECT_EQ(SocketAddress::unix_path("/run/app.sock")->text(), "unix:/run/app.sock");
  EXPECT_FALSE(SocketAddress::unix_path("run/app.sock"));
  EXPECT_FALSE(SocketAddress::unix_path("/" + std::string(200, 'a')));
  EXPECT_FALSE(SocketAddress::ip("localhost", 1));
}

}  // namespace
}  // namespace gatehouse::io
