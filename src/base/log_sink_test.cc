#include "base/log_sink.h"

#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "base/testing.h"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using testing::Pipe;
using testing::TemporaryFolder;

TEST(LogSink, appends_to_a_file_and_makes_it_unreadable_for_others) {
  const TemporaryFolder folder;
  const std::string path = folder.file("access.log");
  LogSink::open_file(path)->write("one\n", 0ms);
  LogSink::open_file(path)->write("two\n", 0ms);
  EXPECT_EQ(TemporaryFolder::read(path), "one\ntwo\n");
  const auto others = std::filesystem::perms::others_all;
  EXPECT_EQ(std::filesystem::status(path).permissions() & others, std::filesystem::perms::none);
}

TEST(LogSink, says_which_file_cannot_be_opened_and_what_to_do) {
  const auto sink = LogSink::open_file("/nowhere/at/all/access.log");
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().kind, ErrorKind::not_found);
  EXPECT_NE(sink.error().what.find("/nowhere/at/all/access.log"), std::string::npos);
  EXPECT_NE(sink.error().what.find("folder"), std::string::npos);
}

TEST(LogSink, a_full_pipe_takes_what_it_can_and_nobody_waits) {
  Pipe pipe;
  LogSink sink = LogSink::on_descriptor(pipe.writer());
  const std::string much(std::size_t{1} << 20, 'x');
  const auto first = sink.write(much, 0ms);
  EXPECT_GT(first.bytes, 0U);
  EXPECT_LT(first.bytes, much.size());
  EXPECT_EQ(first.error, 0);
  EXPECT_EQ(sink.write("y", 0ms).bytes, 0U);
  pipe.read();
  EXPECT_EQ(sink.write("y", 0ms).bytes, 1U);
}

TEST(LogSink, leaves_the_descriptor_of_the_process_blocking_for_others) {
  Pipe pipe;
  LogSink sink = LogSink::on_descriptor(pipe.writer());
  sink.write("x", 0ms);
  EXPECT_EQ(fcntl(pipe.writer(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(LogSink, tells_that_the_reader_of_a_pipe_is_gone) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  LogSink sink = LogSink::on_descriptor(pipe.writer());
  pipe.close_reader();
  EXPECT_EQ(sink.write("x", 0ms).error, EPIPE);
  static_cast<void>(std::signal(SIGPIPE, before));
}

TEST(LogSink, writes_to_a_socket_as_a_service_manager_gives_it) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  LogSink sink = LogSink::on_descriptor(ends[0]);
  EXPECT_EQ(sink.write("line\n", 0ms).bytes, 5U);
  std::array<char, 16> got{};
  EXPECT_EQ(::read(ends[1], got.data(), got.size()), 5);
  ::close(ends[1]);
  EXPECT_EQ(sink.write("line\n", 0ms).error, EPIPE);
  ::close(ends[0]);
}

TEST(LogSink, without_a_descriptor_swallows_everything) {
  EXPECT_EQ(LogSink::on_descriptor(-1).write("abc", 0ms).bytes, 3U);
  EXPECT_EQ(LogSink::on_descriptor(9999).write("abc", 0ms).bytes, 3U);
}

}  // namespace
}  // namespace gatehouse
