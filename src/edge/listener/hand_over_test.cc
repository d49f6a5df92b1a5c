#include "edge/listener/hand_over.h"

#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::edge {
namespace {

using ::testing::HasSubstr;
using Kind = HandOverMessage::Kind;

HandOverMessage::Note note(const std::string& address, const std::string& name = "",
                           bool held_elsewhere = false) {
  return {address, address, name, held_elsewhere};
}

tls::TicketSeed some_seed() {
  tls::TicketSeed seed;
  for (std::size_t i = 0; i < seed.secret.size(); ++i) {
    seed.secret[i] = static_cast<std::uint8_t>(0xe0 + i);
  }
  seed.start = WallTime(std::chrono::nanoseconds(1'795'000'000'123'456'789));
  seed.epoch = 0x01020304;
  return seed;
}

std::vector<HandOverMessage> every_kind() {
  return {{.kind = Kind::hello, .notes = {}, .count = 0, .text = "0.1.0"},
          {.kind = Kind::sockets,
           .notes = {{"127.0.0.1:0", "127.0.0.1:41234", "", false},
                     note("[::]:443", "https", true),
                     note("unix:/run/gatehouse/admin.sock", "admin")},
           .count = 0,
           .text = {}},
          {.kind = Kind::complete, .notes = {}, .count = 300, .text = {}},
          {.kind = Kind::serving, .notes = {}, .count = 0, .text = {}},
          {.kind = Kind::failed, .notes = {}, .count = 0, .text = "The disk is full.\n"},
          {.kind = Kind::tickets, .notes = {}, .count = 0, .text = {}, .seed = some_seed()}};
}

TEST(HandOverMessage, what_is_written_is_read_the_same) {
  for (const HandOverMessage& message : every_kind()) {
    const auto read = HandOverMessage::parse(message.bytes(), message.notes.size());
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(*read, message);
  }
}

TEST(HandOverMessage, one_that_is_cut_off_anywhere_is_refused) {
  const std::string whole = every_kind()[1].bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(HandOverMessage::parse(whole.substr(0, size), 3)) << size;
  }
}

TEST(HandOverMessage, a_ticket_seed_that_is_cut_off_or_of_no_time_is_refused) {
  const std::string whole = every_kind().back().bytes();
  ASSERT_EQ(whole.size(), 8U + 32 + 8 + 4);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(HandOverMessage::parse(whole.substr(0, size), 0)) << size;
  }
  std::string before_1970 = whole;
  before_1970[8 + 32 + 7] = static_cast<char>(0x80);
  const auto read = HandOverMessage::parse(before_1970, 0);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("session tickets"));
  EXPECT_FALSE(HandOverMessage::parse(whole, 1)) << "no descriptor belongs to it";
}

TEST(HandOverMessage, one_that_goes_on_behind_its_end_is_refused) {
  for (const HandOverMessage& message : every_kind()) {
    if (!message.text.empty()) continue;
    EXPECT_FALSE(HandOverMessage::parse(message.bytes() + "x", message.notes.size()));
  }
}

TEST(HandOverMessage, another_version_is_told_apart_from_nonsense) {
  std::string bytes = every_kind()[0].bytes();
  bytes[4] = 1;
  const auto read = HandOverMessage::parse(bytes, 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::invalid);
  EXPECT_THAT(read.error().what, HasSubstr("its version is 1, ours 2"));
}

TEST(HandOverMessage, every_socket_comes_with_its_descriptor_and_nothing_else_does) {
  const HandOverMessage sockets = every_kind()[1];
  EXPECT_FALSE(HandOverMessage::parse(sockets.bytes(), 2));
  EXPECT_FALSE(HandOverMessage::parse(sockets.bytes(), 4));
  EXPECT_FALSE(HandOverMessage::parse(every_kind()[0].bytes(), 1));
}

TEST(HandOverMessage, what_is_none_of_ours_is_refused) {
  std::string unknown = every_kind()[3].bytes();
  unknown[5] = 7;
  EXPECT_FALSE(HandOverMessage::parse(unknown, 0));
  unknown[5] = 0;
  EXPECT_FALSE(HandOverMessage::parse(unknown, 0));
  std::string number = every_kind()[3].bytes();
  number[6] = 1;
  EXPECT_FALSE(HandOverMessage::parse(number, 0));
  std::string magic = every_kind()[3].bytes();
  magic[0] = 'X';
  EXPECT_FALSE(HandOverMessage::parse(magic, 0));
  EXPECT_FALSE(HandOverMessage::parse(std::string(HandOverMessage::kLongest + 1, 'x'), 0));
}

TEST(HandOverMessage, an_address_that_is_none_or_a_name_with_control_characters_is_refused) {
  for (const HandOverMessage::Note& bad :
       {note("localhost:1"), note(""), note("127.0.0.1:99999"), note("127.0.0.1:1", "a\nb"),
        note("/run/x.sock"), note("unix:x.sock")}) {
    HandOverMessage message = every_kind()[1];
    message.notes = {bad};
    EXPECT_FALSE(HandOverMessage::parse(message.bytes(), 1)) << bad.address;
  }
}

class Channel : public ::testing::Test {
 protected:
  Channel() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours_ = io::Fd(ends[0]);
    theirs_ = io::Fd(ends[1]);
  }
  static std::size_t open_descriptors() {
    std::size_t count = 0;
    DIR* folder = ::opendir("/proc/self/fd");
    while (::readdir(folder) != nullptr) ++count;
    ::closedir(folder);
    return count;
  }

  io::Fd ours_;
  io::Fd theirs_;
};

TEST_F(Channel, descriptors_arrive_beside_their_notes_closed_by_exec) {
  const io::Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  HandOverMessage message = every_kind()[1];
  const std::array<int, 3> fds{file.get(), file.get(), file.get()};
  ASSERT_TRUE(send_message(ours_.get(), message, fds).value());
  const auto received = receive_message(theirs_.get()).value();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->message, message);
  ASSERT_EQ(received->descriptors.size(), 3U);
  EXPECT_EQ(fcntl(received->descriptors[0].get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(Channel, nothing_yet_is_not_the_end) {
  EXPECT_EQ(receive_message(theirs_.get()).value(), std::nullopt);
  ours_.reset();
  const auto ended = receive_message(theirs_.get());
  ASSERT_FALSE(ended);
  EXPECT_THAT(ended.error().what, HasSubstr("has ended"));
  EXPECT_FALSE(send_message(theirs_.get(), every_kind()[0]));
}

TEST_F(Channel, a_full_channel_is_told_and_loses_nothing) {
  std::size_t sent = 0;
  while (send_message(ours_.get(), every_kind()[0]).value()) ++sent;
  EXPECT_GT(sent, 0U);
  for (std::size_t i = 0; i < sent; ++i) {
    ASSERT_TRUE(receive_message(theirs_.get()).value());
  }
  EXPECT_EQ(receive_message(theirs_.get()).value(), std::nullopt);
}

TEST_F(Channel, descriptors_of_a_message_that_is_refused_do_not_stay_open) {
  const std::string nonsense = "nonsense";
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    HandOverMessage message = every_kind()[1];
    const std::array<int, 1> one{ours_.get()};  // one for three notes
    ASSERT_TRUE(send_message(ours_.get(), message, one).value());
    EXPECT_FALSE(receive_message(theirs_.get()));
    ASSERT_EQ(::send(ours_.get(), nonsense.data(), nonsense.size(), 0), 8);
    EXPECT_FALSE(receive_message(theirs_.get()));
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace gatehouse::edge
