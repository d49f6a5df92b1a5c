#include "edge/listener/inherited_sockets.h"

#include <fcntl.h>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/listener/listener.h"

namespace gatehouse::edge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr pid_t kSelf = 4711;

enum class Sharing { none, reuse_port };

// As a service manager opens it.
io::Fd listening(Sharing sharing, const std::string& host = "127.0.0.1") {
  io::Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
  const int yes = 1;
  if (sharing == Sharing::reuse_port) {
    EXPECT_EQ(setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes), 0);
  }
  const auto address = io::SocketAddress::ip(host, 0).value();
  EXPECT_EQ(::bind(fd.get(), address.data(), address.size()), 0);
  EXPECT_EQ(::listen(fd.get(), 8), 0);
  return fd;
}

Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

// Puts the descriptors where nothing else is, one after the other; says the first.
class Row {
 public:
  static constexpr int kFirst = 700;
  explicit Row(const std::vector<const io::Fd*>& fds) {
    for (const io::Fd* fd : fds) {
      const int wanted = kFirst + count_++;
      EXPECT_EQ(dup2(fd->get(), wanted), wanted);
    }
  }
  ~Row() {
    for (int i = 0; i < count_; ++i) ::close(kFirst + i);
  }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

 private:
  int count_ = 0;
};

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

TEST(Activation, A15_sockets_of_a_socket_unit_arrive_with_their_names_ready_for_use) {
  const io::Fd one = listening(Sharing::none);
  const io::Fd two = listening(Sharing::none);
  const Row row({&one, &two});
  auto sockets = activation_sockets(environment_of({{"LISTEN_PID", "4711"},
                                                    {"LISTEN_FDS", "2"},
                                                    {"LISTEN_FDNAMES", "https:http"}}),
                                    kSelf, Row::kFirst)
                     .value();
  ASSERT_EQ(sockets.size(), 2U);
  EXPECT_EQ(sockets[0].name, "https");
  EXPECT_EQ(sockets[1].name, "http");
  EXPECT_EQ(sockets[0].address.text(), io::SocketAddress::local_of(one.get()).text());
  EXPECT_EQ(sockets[1].address.text(), io::SocketAddress::local_of(two.get()).text());
  for (const InheritedSocket& socket : sockets) {
    EXPECT_TRUE(socket.held_elsewhere);
    EXPECT_NE(fcntl(socket.fd.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(fcntl(socket.fd.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(option(socket.fd.get(), IPPROTO_TCP, TCP_NODELAY), 1);
  }
}

TEST(Activation, sockets_for_another_process_are_none_of_ours) {
  for (const char* pid : {"1", "", "x", "47110"}) {
    EXPECT_THAT(activation_sockets(environment_of({{"LISTEN_PID", pid}, {"LISTEN_FDS", "1"}}),
                                   kSelf, Row::kFirst)
                    .value(),
                IsEmpty());
  }
  EXPECT_THAT(activation_sockets(environment_of({}), kSelf, Row::kFirst).value(), IsEmpty());
}

TEST(Activation, names_may_be_fewer_than_sockets) {
  const io::Fd one = listening(Sharing::none);
  const io::Fd two = listening(Sharing::none);
  const Row row({&one, &two});
  const auto sockets =
      activation_sockets(
          environment_of({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "a"}}),
          kSelf, Row::kFirst)
          .value();
  EXPECT_EQ(sockets[0].name, "a");
  EXPECT_EQ(sockets[1].name, "");
}

TEST(Activation, a_count_that_is_none_is_invalid) {
  for (const char* count : {"", "-1", "x", "1025", "99999999999", "1 "}) {
    const auto sockets = activation_sockets(
        environment_of({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", count}}), kSelf, Row::kFirst);
    ASSERT_FALSE(sockets) << count;
    EXPECT_EQ(sockets.error().kind, ErrorKind::invalid);
    EXPECT_THAT(sockets.error().what, HasSubstr("LISTEN_FDS"));
  }
}

TEST(Activation, what_is_no_listening_tcp_socket_is_refused_with_the_remedy) {
  const io::Fd quiet(::socket(AF_INET, SOCK_STREAM, 0));
  const io::Fd datagrams(::socket(AF_INET, SOCK_DGRAM, 0));
  const io::Fd file(::open("/dev/null", O_RDONLY));
  const io::Fd local(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(::listen(local.get(), 1), -1);
  for (const io::Fd* fd : {&quiet, &datagrams, &file, &local}) {
    const Row row({fd});
    const auto sockets = activation_sockets(
        environment_of({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "1"}}), kSelf, Row::kFirst);
    ASSERT_FALSE(sockets);
    EXPECT_THAT(sockets.error().what, HasSubstr("ListenStream="));
  }
}

class Inheriting : public ::testing::Test {
 protected:
  void inherit(io::Fd fd, bool held_elsewhere = true) {
    const auto address = io::SocketAddress::local_of(fd.get());
    at_ = address;
    inherited_.push_back({std::move(fd), address, address, "", held_elsewhere});
  }
  Result<std::vector<ListeningSockets>> open(std::size_t threads) {
    pool_ = InheritedSockets(std::move(inherited_));
    return open_listener(ListenAddress::parse(at_.text()).value(), threads, {}, &pool_);
  }
  // Whoever dials is in the queue of one of the sockets; how many there are in all.
  static int accepted(const std::vector<io::Fd>& fds) {
    int count = 0;
    for (const io::Fd& fd : fds) {
      while (io::Fd(::accept4(fd.get(), nullptr, nullptr, SOCK_NONBLOCK))) ++count;
    }
    return count;
  }
  io::Fd dial() const {
    io::Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
    if (::connect(fd.get(), at_.data(), at_.size()) != 0) fd.reset();
    return fd;
  }

  std::vector<InheritedSocket> inherited_;
  InheritedSockets pool_;
  io::SocketAddress at_;
};

ino_t socket_of(const io::Fd& fd) {
  struct stat about{};
  EXPECT_EQ(fstat(fd.get(), &about), 0);
  return about.st_ino;
}

TEST_F(Inheriting, an_inherited_socket_is_used_instead_of_a_new_one) {
  io::Fd fd = listening(Sharing::none);
  ASSERT_TRUE(prepare_inherited(fd.get()));
  const ino_t socket = socket_of(fd);
  inherit(std::move(fd));
  const auto opened = open(1).value();
  ASSERT_EQ(opened.size(), 1U);
  ASSERT_EQ(opened[0].per_thread.size(), 1U);
  EXPECT_EQ(socket_of(opened[0].per_thread[0]), socket);
  EXPECT_EQ(opened[0].address.text(), at_.text());
  EXPECT_TRUE(opened[0].held_elsewhere);
  EXPECT_TRUE(pool_.empty());
}

TEST_F(Inheriting, threads_share_a_socket_that_lets_nobody_beside_it) {
  io::Fd fd = listening(Sharing::none);
  ASSERT_TRUE(prepare_inherited(fd.get()));
  const ino_t socket = socket_of(fd);
  inherit(std::move(fd));
  const auto opened = open(3).value();
  ASSERT_EQ(opened[0].per_thread.size(), 3U);
  for (const io::Fd& same : opened[0].per_thread) EXPECT_EQ(socket_of(same), socket);
  const io::Fd client = dial();
  ASSERT_TRUE(client);
  EXPECT_EQ(accepted(opened[0].per_thread), 1);
}

TEST_F(Inheriting, threads_get_siblings_of_a_socket_that_shares_its_port) {
  io::Fd fd = listening(Sharing::reuse_port);
  ASSERT_TRUE(prepare_inherited(fd.get()));
  const ino_t socket = socket_of(fd);
  inherit(std::move(fd));
  const auto opened = open(3).value();
  ASSERT_EQ(opened[0].per_thread.size(), 3U);
  EXPECT_EQ(socket_of(opened[0].per_thread[0]), socket);
  EXPECT_NE(socket_of(opened[0].per_thread[1]), socket);
  EXPECT_NE(socket_of(opened[0].per_thread[2]), socket_of(opened[0].per_thread[1]));
  std::vector<io::Fd> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(dial());
  EXPECT_EQ(accepted(opened[0].per_thread), 50);
}

TEST_F(Inheriting, T11_no_socket_is_dropped_when_there_are_fewer_threads) {
  auto first = open_listener(ListenAddress::parse("127.0.0.1:0").value(), 4).value();
  at_ = first[0].address;
  std::vector<io::Fd> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(dial());
  for (io::Fd& fd : first[0].per_thread) inherit(std::move(fd), false);
  const auto opened = open(2).value();
  ASSERT_EQ(opened[0].per_thread.size(), 4U);
  EXPECT_FALSE(opened[0].held_elsewhere);
  EXPECT_EQ(accepted(opened[0].per_thread), 100);
}

TEST_F(Inheriting, a_wish_for_any_port_gets_the_port_that_it_had) {
  auto before = open_listener(ListenAddress::parse("127.0.0.1:0").value(), 1).value();
  const auto any = io::SocketAddress::ip("127.0.0.1", 0).value();
  EXPECT_EQ(before[0].asked.text(), any.text());
  InheritedSocket socket{std::move(before[0].per_thread[0]), any, before[0].address, "", false};
  std::vector<InheritedSocket> all;
  all.push_back(std::move(socket));
  InheritedSockets pool(std::move(all));
  const auto after =
      open_listener(ListenAddress::parse("127.0.0.1:0").value(), 1, {}, &pool).value();
  EXPECT_EQ(after[0].address.text(), before[0].address.text());
}

TEST_F(Inheriting, an_address_that_nobody_inherited_is_opened_anew) {
  io::Fd fd = listening(Sharing::none);
  const auto other = io::SocketAddress::local_of(fd.get());
  inherit(std::move(fd));
  at_ = io::SocketAddress::ip("127.0.0.2", other.port()).value();
  const auto opened = open(1).value();
  EXPECT_EQ(opened[0].address.text(), at_.text());
  EXPECT_FALSE(opened[0].held_elsewhere);
  EXPECT_THAT(pool_.left(), ElementsAre(other.text()));
  pool_.close_ours();
  EXPECT_FALSE(pool_.empty());  // the service manager's
}

TEST_F(Inheriting, what_nobody_wants_of_the_program_before_is_closed_so_that_nobody_waits_there) {
  inherit(listening(Sharing::none), false);
  pool_ = InheritedSockets(std::move(inherited_));
  ASSERT_TRUE(dial());
  pool_.close_ours();
  EXPECT_TRUE(pool_.empty());
  EXPECT_FALSE(dial());
}

}  // namespace
}  // namespace gatehouse::edge
