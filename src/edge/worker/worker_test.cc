#include "edge/worker/worker.h"

#include <fcntl.h>
#include <future>
#include <latch>
#include <sys/time.h>

#include <gmock/gmock.h>

#include "base/access_logs.h"
#include "base/testing.h"
#include "edge/worker/retired_snapshots.h"
#include "edge/worker/testing.h"

namespace gatehouse::edge {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kGet;
using ::testing::Not;
using testing::saying;
using namespace std::chrono_literals;

// Only a program that is broken lets anybody wait this long.
constexpr timeval kPatience{.tv_sec = 30, .tv_usec = 0};

// A client that blocks.
class Client {
 public:
  explicit Client(const io::SocketAddress& address) : fd_(testing::dial(address)) {
    (void)setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  }
  // The answer to one request, read to the end of its content; what there is, if it ends early.
  std::string ask(std::string_view request = kGet) {
    if (::send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return "";
    std::string answer;
    while (!complete(answer)) {
      char some[4096];
      const ssize_t got = ::recv(fd_.get(), some, sizeof some, 0);
      if (got <= 0) return answer;
      answer.append(some, static_cast<std::size_t>(got));
    }
    return answer;
  }

 private:
  static bool complete(const std::string& answer) {
    const auto head = answer.find("\r\n\r\n");
    const auto length = answer.find("Content-Length: ");
    if (head == std::string::npos || length == std::string::npos) return false;
    return answer.size() >= head + 4 + std::stoul(answer.substr(length + 16));
  }

  io::Fd fd_;
};

class WorkerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Worker> make(std::size_t thread = 0) {
    auto made = Worker::make(snapshot(), next.opened(thread), clock, events, {});
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  std::shared_ptr<const Snapshot> snapshot() {
    if (!current) current = next.build();
    return current;
  }
  // Returns when all of them serve it.
  void apply(std::span<const std::unique_ptr<Worker>> workers) {
    retired.keep(std::exchange(current, next.build()));
    std::latch in_force(static_cast<std::ptrdiff_t>(workers.size()));
    std::size_t thread = 0;
    for (const auto& worker : workers) {
      worker->apply(current, next.opened(thread++), [&in_force] { in_force.count_down(); });
    }
    in_force.wait();
  }
  static void wait_for_end(const Worker& worker) {
    while (!worker.ended()) std::this_thread::yield();
  }

  // It must run.
  static std::vector<OpenedListener> sockets_of(Worker& worker) {
    std::promise<std::vector<OpenedListener>> promise;
    auto shared = promise.get_future();
    worker.share_sockets([&promise](auto sockets) { promise.set_value(std::move(sockets)); });
    return shared.get();
  }

  SystemClock clock;
  EventLog events{{.at_least = LogLevel::error, .fd = -1}, clock};
  testing::SnapshotBuilder next{clock};
  std::shared_ptr<const Snapshot> current;
  RetiredSnapshots retired;
};

TEST_F(WorkerTest, serves_what_it_was_made_with_and_what_is_applied_later) {
  const ListenerId first = next.listen(saying("One."));
  std::vector<std::unique_ptr<Worker>> workers;
  workers.push_back(make());
  workers.front()->start();
  Client client(next.address(first));
  EXPECT_THAT(client.ask(), HasSubstr("One."));
  next.plan(first).routes = saying("Two.");
  const ListenerId second = next.listen(saying("Second."));
  apply(workers);
  EXPECT_THAT(client.ask(), HasSubstr("Two.")) << "in force is in force";
  EXPECT_THAT(Client(next.address(second)).ask(), HasSubstr("Second."));
}

TEST_F(WorkerTest, F9_200_snapshots_under_load_cost_no_request) {
  constexpr std::size_t kThreads = 2;
  const ListenerId lasting = next.listen(saying("Kept."), nullptr, "127.0.0.1:0", kThreads);
  const io::SocketAddress address = next.address(lasting);
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::size_t i = 0; i < kThreads; ++i) workers.push_back(make(i));
  for (const auto& worker : workers) worker->start();

  std::atomic<bool> stop = false;
  std::atomic<int> failed = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&, fresh = i == 0] {
      auto client = std::make_unique<Client>(address);
      while (!stop) {
        if (fresh) client = std::make_unique<Client>(address);
        const bool good = client->ask().find("Kept.") != std::string::npos;
        ++(good ? answered : failed);
      }
    });
  }
  std::vector<ListenerId> others;
  for (int i = 0; i < 200; ++i) {
    next.plan(lasting).routes = saying("Kept.");
    if (i % 2 == 0) {
      others.push_back(next.listen(saying("Other."), nullptr, "127.0.0.1:0", kThreads));
    } else {
      next.remove(others.back());
      others.pop_back();
    }
    apply(workers);
  }
  stop = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(answered, 0);
}

TEST_F(WorkerTest, it_ends_when_it_has_drained) {
  const ListenerId id = next.listen(saying("One."));
  const auto worker = make();
  worker->start();
  Client client(next.address(id));
  EXPECT_THAT(client.ask(), HasSubstr("One."));
  worker->drain();
  wait_for_end(*worker);
  EXPECT_FALSE(testing::dial(next.address(id)));
}

TEST_F(WorkerTest, T11_who_waits_when_it_leaves_is_the_successors_to_accept) {
  const ListenerId id = next.listen(saying("One."));
  const auto worker = make();
  worker->start();
  EXPECT_THAT(Client(next.address(id)).ask(), HasSubstr("One."));
  const std::vector<OpenedListener> shared = sockets_of(*worker);
  ASSERT_EQ(shared.size(), 1u);
  worker->drain(Acceptor::Ending::leave);
  wait_for_end(*worker);
  const io::Fd waiting = testing::dial(next.address(id));
  ASSERT_TRUE(waiting) << "somebody still listens";
  EXPECT_TRUE(io::Fd(::accept4(shared[0].fd.get(), nullptr, nullptr, SOCK_NONBLOCK)));
}

TEST_F(WorkerTest, T11_who_is_connected_when_it_leaves_gets_one_more_answer) {
  const ListenerId id = next.listen(saying("One."));
  const auto worker = make();
  worker->start();
  Client client(next.address(id));
  EXPECT_THAT(client.ask(), HasSubstr("One."));
  worker->drain(Acceptor::Ending::leave);
  const std::string last = client.ask();
  EXPECT_THAT(last, HasSubstr("One."));
  EXPECT_THAT(last, HasSubstr("Connection: close"));
  wait_for_end(*worker);
}

TEST_F(WorkerTest, who_says_nothing_more_when_it_leaves_goes_when_it_is_told_to_refuse) {
  const ListenerId id = next.listen(saying("One."));
  const auto worker = make();
  worker->start();
  Client client(next.address(id));
  EXPECT_THAT(client.ask(), HasSubstr("One."));
  worker->drain(Acceptor::Ending::leave);
  (void)sockets_of(*worker);  // it has taken note
  EXPECT_FALSE(worker->ended());
  worker->drain(Acceptor::Ending::refuse);
  wait_for_end(*worker);
}

TEST_F(WorkerTest, T11_it_shares_each_socket_that_it_accepts_from_and_goes_on) {
  const ListenerId one = next.listen(saying("One."));
  const ListenerId two = next.listen(saying("Two."));
  const auto worker = make();
  worker->start();
  std::vector<OpenedListener> shared = sockets_of(*worker);
  ASSERT_EQ(shared.size(), 2u);
  for (const OpenedListener& socket : shared) {
    EXPECT_EQ(io::SocketAddress::local_of(socket.fd.get()).text(), next.address(socket.id).text());
    EXPECT_EQ(fcntl(socket.fd.get(), F_GETFD), FD_CLOEXEC);
  }
  shared.clear();
  EXPECT_THAT(Client(next.address(one)).ask(), HasSubstr("One."));
  EXPECT_THAT(Client(next.address(two)).ask(), HasSubstr("Two."));
}

TEST_F(WorkerTest, it_shares_nothing_that_it_has_stopped_to_accept_from) {
  const ListenerId gone = next.listen(saying("Gone."));
  const ListenerId stays = next.listen(saying("Stays."));
  std::vector<std::unique_ptr<Worker>> workers;
  workers.push_back(make());
  workers.front()->start();
  EXPECT_THAT(Client(next.address(gone)).ask(), HasSubstr("Gone."));
  next.remove(gone);
  apply(workers);
  const std::vector<OpenedListener> shared = sockets_of(*workers.front());
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0].id, stays);
}

TEST_F(WorkerTest, F13_requests_are_logged_where_the_latest_snapshot_says) {
  const gatehouse::testing::TemporaryFolder logs;
  AccessLogs access_logs(events);
  const auto use = [&](const AccessLogTarget& target) {
    access_logs.use(access_logs.prepare(target).value());
    next.draft.access_log = access_logs.in_use();
  };
  const auto file = [&](std::string_view name) {
    return AccessLogTarget{AccessLogTarget::Kind::file, logs.file(name)};
  };
  const ListenerId id = next.listen(saying("One."));
  use(file("first"));
  std::vector<std::unique_ptr<Worker>> workers;
  workers.push_back(make());
  workers.front()->start();
  Client client(next.address(id));
  EXPECT_THAT(client.ask("GET /first HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("One."));
  use(file("second"));
  apply(workers);
  EXPECT_THAT(client.ask("GET /second HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("One."));
  use({});
  apply(workers);
  EXPECT_THAT(client.ask("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("One."));
  workers.clear();
  while (access_logs.open() > 1) access_logs.sweep();
  const std::string first = gatehouse::testing::TemporaryFolder::read(logs.file("first"));
  const std::string second = gatehouse::testing::TemporaryFolder::read(logs.file("second"));
  EXPECT_THAT(first, AllOf(HasSubstr("/first"), Not(HasSubstr("/second"))));
  EXPECT_THAT(second, AllOf(HasSubstr("/second"), Not(HasSubstr("/first"))));
  EXPECT_THAT(first + second, Not(HasSubstr("/nowhere")));
}

TEST_F(WorkerTest, what_is_applied_after_its_end_or_before_its_start_does_no_harm) {
  const ListenerId id = next.listen(saying("One."));
  auto worker = make();
  worker->apply(next.build(), {}, {});
  worker->start();
  EXPECT_THAT(Client(next.address(id)).ask(), HasSubstr("One."));
  worker->cancel();
  wait_for_end(*worker);
  bool called = false;
  worker->apply(next.build(), {}, [&called] { called = true; });
  worker.reset();
  EXPECT_FALSE(called);
  EXPECT_FALSE(testing::dial(next.address(id)));
}

TEST_F(WorkerTest, one_that_was_never_started_closes_its_sockets) {
  const ListenerId id = next.listen(saying("One."));
  make().reset();
  EXPECT_FALSE(testing::dial(next.address(id)));
}

TEST(RetiredSnapshots, are_kept_until_nobody_else_has_them) {
  RetiredSnapshots retired;
  auto one = std::make_shared<const Snapshot>();
  const std::weak_ptr<const Snapshot> seen = one;
  retired.keep(one);
  retired.keep(nullptr);
  EXPECT_EQ(retired.sweep(), 1u);
  one.reset();
  EXPECT_FALSE(seen.expired()) << "not on the thread of who was last";
  EXPECT_EQ(retired.sweep(), 0u);
  EXPECT_TRUE(seen.expired());
}

}  // namespace
}  // namespace gatehouse::edge
