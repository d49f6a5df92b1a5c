#include "edge/listener/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#include <gmock/gmock.h>

#include "io/testing.h"

namespace gatehouse::edge {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

ListenAddress at(std::string_view text) { return ListenAddress::parse(text).value(); }

io::Fd dial(const io::SocketAddress& address) {
  io::Fd fd(::socket(address.family(), SOCK_STREAM, 0));
  if (::connect(fd.get(), address.data(), address.size()) != 0) fd.reset();
  return fd;
}

TEST(Listener, every_thread_gets_a_socket_of_the_same_port) {
  const auto opened = open_listener(at("127.0.0.1:0"), 3).value();
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(opened[0].per_thread.size(), 3u);
  EXPECT_NE(opened[0].address.port(), 0);
  for (const io::Fd& fd : opened[0].per_thread) {
    EXPECT_EQ(io::SocketAddress::local_of(fd.get()).port(), opened[0].address.port());
  }
  EXPECT_EQ(opened[0].host, "127.0.0.1");
}

TEST(Listener, localhost_is_both_families_on_one_port) {
  const auto opened = open_listener(at("localhost:0"), 1).value();
  ASSERT_GE(opened.size(), 1u);
  for (const ListeningSockets& sockets : opened) {
    EXPECT_TRUE(sockets.address.is_loopback());
    EXPECT_EQ(sockets.address.port(), opened[0].address.port());
    EXPECT_EQ(sockets.host, "localhost");
  }
}

TEST(Listener, I10_a_port_in_use_is_a_conflict_even_if_its_owner_would_share_it) {
  const auto first = open_listener(at("127.0.0.1:0"), 1).value();
  const auto taken = "127.0.0.1:" + std::to_string(first[0].address.port());
  const auto second = open_listener(at(taken), 1);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_THAT(second.error().what, HasSubstr(taken));
}

TEST(Listener, F10_one_address_is_opened_beside_all_of_them_where_the_port_is_ours_already) {
  const auto all = open_listener(at(":0"), 2).value();
  const auto loopback = at("127.0.0.1:" + std::to_string(all[0].address.port()));
  EXPECT_EQ(open_listener(loopback, 2).error().kind, ErrorKind::conflict) << "with a stranger";
  const std::array ours{all[0].address};
  const auto one = open_listener(loopback, 2, ours);
  ASSERT_TRUE(one) << one.error().what;
  const io::Fd client = dial(one->front().address);
  ASSERT_TRUE(client);
  const auto takes = [](const io::Fd& fd) {
    return io::Fd(::accept4(fd.get(), nullptr, nullptr, 0));
  };
  EXPECT_TRUE(takes(one->front().per_thread[0]) || takes(one->front().per_thread[1]));
}

TEST(Listener, I10_an_address_that_is_open_already_is_a_conflict_with_ourselves_too) {
  const auto first = open_listener(at("127.0.0.1:0"), 1).value();
  const std::array ours{first[0].address};
  EXPECT_FALSE(open_listener(at(first[0].address.text()), 1, ours));
}

TEST(Listener, an_address_of_another_machine_is_not_found) {
  const auto opened = open_listener(at("203.0.113.9:0"), 1);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::not_found);
}

class Accepting : public io::testing::ReactorTest {
 protected:
  Accepting()
      : sockets(std::move(open_listener(at("127.0.0.1:0"), 1).value()[0])),
        listening(sockets.per_thread[0].get()) {
    acceptor = std::make_unique<Acceptor>(
        reactor, std::move(sockets.per_thread[0]), events,
        [this](Accepted accepted) { clients.push_back(std::move(accepted)); });
    scope.spawn(acceptor->run());
  }
  ~Accepting() override {
    scope.cancel();
    settle();
  }

  EventLog events{{.at_least = LogLevel::error, .fd = -1}, clock};
  ListeningSockets sockets;
  int listening;
  std::vector<Accepted> clients;
  std::unique_ptr<Acceptor> acceptor;
  io::Scope scope{reactor};
};

TEST_F(Accepting, hands_over_everybody_who_comes_with_their_address) {
  std::vector<io::Fd> dialled;
  for (int i = 0; i < 200; ++i) dialled.push_back(dial(sockets.address));
  settle();
  ASSERT_EQ(clients.size(), 200u);
  EXPECT_EQ(clients[0].peer.host(), "127.0.0.1");
}

TEST_F(Accepting, who_came_before_the_stop_is_served_and_who_comes_later_is_refused) {
  const io::Fd before = dial(sockets.address);
  acceptor->stop();
  settle();
  EXPECT_EQ(clients.size(), 1u);
  EXPECT_FALSE(dial(sockets.address));
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(Accepting, a_stop_between_two_rounds_is_heard) {
  std::vector<io::Fd> dialled;
  for (int i = 0; i < 200; ++i) dialled.push_back(dial(sockets.address));
  reactor.run_once(0ms);  // one round, after which it lets others run
  ASSERT_LT(clients.size(), 200u);
  acceptor->stop();
  for (int i = 0; i < 10; ++i) reactor.run_once(0ms);
  EXPECT_EQ(clients.size(), 200u);
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(Accepting, T11_who_waits_at_a_socket_that_is_left_to_another_process_waits_for_that_one) {
  const io::Fd other(fcntl(listening, F_DUPFD_CLOEXEC, 3));
  const io::Fd before = dial(sockets.address);
  acceptor->stop(Acceptor::Ending::leave);
  settle();
  EXPECT_EQ(clients.size(), 0u);
  EXPECT_EQ(scope.running(), 0u);
  acceptor.reset();
  const io::Fd later = dial(sockets.address);
  EXPECT_TRUE(later);
  EXPECT_TRUE(io::Fd(::accept4(other.get(), nullptr, nullptr, SOCK_NONBLOCK)));
  EXPECT_TRUE(io::Fd(::accept4(other.get(), nullptr, nullptr, SOCK_NONBLOCK)));
}

}  // namespace
}  // namespace gatehouse::edge
