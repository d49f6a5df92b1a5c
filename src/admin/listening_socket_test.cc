#include "admin/listening_socket.h"

#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "admin/testing/server_test.h"
#include "base/testing.h"
#include "io/address.h"

namespace gatehouse::admin {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AdminSocket : public ::testing::Test {
 protected:
  static mode_t mode(const std::string& path) {
    struct stat found{};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found.st_mode & 07777;
  }
  static io::Fd connect(const std::string& path) {
    io::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = io::SocketAddress::unix_path(path);
    if (::connect(fd.get(), address->data(), address->size()) != 0) fd.reset();
    return fd;
  }
  // As a program that was killed leaves it.
  static void leave_stale(const std::string& path) {
    const io::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = io::SocketAddress::unix_path(path);
    ASSERT_EQ(::bind(fd.get(), address->data(), address->size()), 0);
  }

  gatehouse::testing::TemporaryFolder folder;
  const std::string path = folder.file("gatehouse.sock");
};

TEST_F(AdminSocket, is_open_to_everybody_because_the_peer_decides) {
  const auto socket = ListeningSocket::open(path);
  ASSERT_TRUE(socket) << socket.error().what;
  EXPECT_EQ(mode(path), 0666u);
  EXPECT_TRUE(connect(path));
}

TEST_F(AdminSocket, its_folder_is_made_and_not_writable_for_others) {
  const auto socket = ListeningSocket::open(folder.file("run/gatehouse.sock"));
  ASSERT_TRUE(socket) << socket.error().what;
  EXPECT_EQ(mode(folder.file("run")) & 0022U, 0u);
}

TEST_F(AdminSocket, a_folder_that_is_there_is_left_as_it_is) {
  ASSERT_EQ(::mkdir(folder.file("run").c_str(), 0750), 0);
  ASSERT_EQ(::chmod(folder.file("run").c_str(), 0750), 0);
  const auto socket = ListeningSocket::open(folder.file("run/gatehouse.sock"));
  ASSERT_TRUE(socket) << socket.error().what;
  EXPECT_EQ(mode(folder.file("run")), 0750u);
}

TEST_F(AdminSocket, what_a_dead_program_left_is_replaced) {
  leave_stale(path);
  const auto socket = ListeningSocket::open(path);
  ASSERT_TRUE(socket) << socket.error().what;
  EXPECT_TRUE(connect(path));
}

TEST_F(AdminSocket, one_where_a_program_answers_is_a_conflict_and_stays) {
  const auto first = ListeningSocket::open(path);
  ASSERT_TRUE(first);
  const auto second = ListeningSocket::open(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_THAT(second.error().what, AllOf(HasSubstr("answers at the admin socket"), HasSubstr(path),
                                         HasSubstr("--socket")));
  EXPECT_TRUE(connect(path));
}

TEST_F(AdminSocket, what_is_no_socket_is_a_conflict_and_stays) {
  std::ofstream(path) << "precious";
  const auto socket = ListeningSocket::open(path);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().kind, ErrorKind::conflict);
  EXPECT_THAT(socket.error().what, HasSubstr("is no socket"));
  EXPECT_EQ(folder.read(path), "precious");
}

TEST_F(AdminSocket, a_symbolic_link_is_not_followed) {
  std::ofstream(folder.file("target")) << "precious";
  std::filesystem::create_symlink(folder.file("target"), path);
  EXPECT_FALSE(ListeningSocket::open(path));
  EXPECT_EQ(folder.read(folder.file("target")), "precious");
}

TEST_F(AdminSocket, a_path_that_is_too_long_is_refused_with_the_limit) {
  const auto socket = ListeningSocket::open(folder.file(std::string(120, 'x')));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().kind, ErrorKind::invalid);
  EXPECT_THAT(socket.error().what, AllOf(HasSubstr("108 bytes"), HasSubstr("--socket")));
}

TEST_F(AdminSocket, a_relative_path_is_below_the_working_directory) {
  const auto relative = std::filesystem::relative(path);
  const auto socket = ListeningSocket::open(relative);
  ASSERT_TRUE(socket) << socket.error().what;
  EXPECT_EQ(socket->path(), path);
}

TEST_F(AdminSocket, a_place_that_cannot_be_written_is_an_error_that_names_it) {
  const auto socket = ListeningSocket::open("/proc/gatehouse/gatehouse.sock");
  ASSERT_FALSE(socket);
  EXPECT_THAT(socket.error().what, HasSubstr("/proc/gatehouse/gatehouse.sock"));
}

TEST_F(AdminSocket, its_name_goes_with_it) {
  {
    const auto socket = ListeningSocket::open(path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(AdminSocket, a_name_that_is_anothers_by_now_stays) {
  auto first = std::make_unique<ListeningSocket>(std::move(*ListeningSocket::open(path)));
  ASSERT_EQ(::unlink(path.c_str()), 0);
  const auto second = ListeningSocket::open(path);
  ASSERT_TRUE(second);
  first.reset();
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(AdminSocket, one_that_another_process_goes_on_with_keeps_its_name) {
  auto opened = ListeningSocket::open(path);
  ASSERT_TRUE(opened);
  auto heir = ListeningSocket::adopt(io::Fd(::dup(opened->take().get())), path);
  opened->keep_name();
  EXPECT_EQ(heir.path(), path);
  EXPECT_TRUE(std::filesystem::exists(path));
}

// ------------------------------------------------------------------ with a server behind it

class AdminSocketServer : public testing::ServerTest {
 protected:
  testing::Client connect() {
    io::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = io::SocketAddress::unix_path(path);
    EXPECT_EQ(::connect(fd.get(), address->data(), address->size()), 0) << errno;
    return testing::Client(std::move(fd));
  }
  void start() {
    auto socket = ListeningSocket::open(path);
    ASSERT_TRUE(socket) << socket.error().what;
    server.start(std::move(*socket));
  }

  gatehouse::testing::TemporaryFolder folder;
  const std::string path = folder.file("gatehouse.sock");
};

TEST_F(AdminSocketServer, serves_whoever_connects) {
  start();
  for (int i = 0; i < 40; ++i) {
    auto client = connect();
    client.send(request("StatusService/Get", "{}", "Connection: close\r\n"));
    settle();
    EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200 "));
  }
}

TEST_F(AdminSocketServer, serves_those_who_came_before_it_looked) {
  auto socket = ListeningSocket::open(path);
  ASSERT_TRUE(socket);
  auto early = connect();
  early.send(request("StatusService/Get", "{}"));
  server.start(std::move(*socket));
  settle();
  EXPECT_THAT(early.receive(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AdminSocketServer, I10_asks_the_kernel_who_connects) {
  start();
  Server asking(reactor, plane, events, RolePolicy(getuid()));
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
  testing::Client client{io::Fd(ends[1])};
  asking.serve(io::Fd(ends[0]));
  client.send(request("ConfigurationService/Reload", "{}", "Connection: close\r\n"));
  settle();
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200 ")) << "we are the program's own user";
  ASSERT_EQ(plane.changes.size(), 1u);
  EXPECT_EQ(plane.changes.front().second.uid, getuid());
}

TEST_F(AdminSocketServer, stopping_takes_the_name_away_and_refuses_newcomers) {
  start();
  auto early = connect();
  stop();
  EXPECT_FALSE(std::filesystem::exists(path));
  early.receive();
  EXPECT_TRUE(early.ended());
}

TEST_F(AdminSocketServer, stopping_leaves_newcomers_to_a_successor_with_the_same_socket) {
  start();
  const io::Fd successors(::dup(server.listening()));
  server.leave_name();
  stop();
  const auto late = connect();
  EXPECT_TRUE(io::Fd(::accept4(successors.get(), nullptr, nullptr, SOCK_CLOEXEC)));
}

}  // namespace
}  // namespace gatehouse::admin
