#include "edge/listener/upgrade.h"

#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

#include <gmock/gmock.h>

#include "base/testing.h"
#include "edge/listener/listener.h"
#include "edge/listener/takeover.h"
#include "io/scope.h"
#include "io/testing.h"

namespace gatehouse::edge {
namespace {

using gatehouse::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr pid_t kSuccessor = 12345;

// Keeps the successor's end of the channel for the test to play its part.
class FakeLauncher final : public Launcher {
 public:
  Result<pid_t> launch(io::Fd given) override {
    if (fails) return fail(Fault::machine, "No such program.");
    channel = std::move(given);
    return kSuccessor;
  }
  void end(pid_t process) override {
    ended.push_back(process);
    channel.reset();
  }

  io::Fd channel;
  bool fails = false;
  std::vector<pid_t> ended;
};

class UpgradeTest : public io::testing::ReactorTest {
 protected:
  ~UpgradeTest() override {
    scope.cancel();
    settle();
  }

  io::Task<void> run() {
    outcome = co_await upgrade.carry_out(
        {handed(), seed}, [this](auto stage, const auto&) { stages.push_back(stage); });
  }
  void begin() {
    scope.spawn(run());
    settle();
  }
  // Until the upgrade has ended.
  void finish() {
    while (!outcome) reactor.run_once(10ms);
  }
  std::vector<HandedSocket> handed() const {
    std::vector<HandedSocket> all = more;
    for (const ListeningSockets& listener : listening) {
      for (const io::Fd& fd : listener.per_thread) {
        all.push_back(
            {fd.get(),
             {listener.asked.text(), listener.address.text(), "", listener.held_elsewhere}});
      }
    }
    return all;
  }
  void listen(std::size_t threads) {
    listening.push_back(std::move(
        open_listener(ListenAddress::parse("127.0.0.1:0").value(), threads).value().front()));
  }
  void say(HandOverMessage::Kind kind, const std::string& text = "") {
    HandOverMessage message;
    message.kind = kind;
    message.text = text;
    ASSERT_TRUE(send_message(launcher.channel.get(), message).value());
    settle();
  }
  Takeover takeover() {
    return Takeover(io::Fd(fcntl(launcher.channel.get(), F_DUPFD_CLOEXEC, 3)));
  }

  FakeLauncher launcher;
  Upgrade upgrade{reactor, launcher};
  std::vector<ListeningSockets> listening;
  std::vector<HandedSocket> more;
  std::optional<tls::TicketSeed> seed;
  std::vector<Upgrade::Stage> stages;
  std::optional<Result<Successor>> outcome;
  io::Scope scope{reactor};
};

using Kind = HandOverMessage::Kind;

TEST_F(UpgradeTest, T11_the_successor_gets_every_socket_and_the_program_before_learns_who_it_is) {
  listen(3);
  listen(2);
  begin();
  Takeover successor = takeover();
  Result<InheritedSockets> inherited = fail(Fault::ours, "not yet");
  std::thread other([&] {
    inherited = successor.receive("0.2.0");
    EXPECT_TRUE(successor.serving());
  });
  finish();
  other.join();
  ASSERT_TRUE(inherited) << inherited.error().what;
  ASSERT_TRUE(*outcome) << outcome->error().what;
  EXPECT_EQ((*outcome)->process, kSuccessor);
  EXPECT_EQ((*outcome)->version, "0.2.0");
  EXPECT_THAT(launcher.ended, IsEmpty());
  EXPECT_EQ(inherited->take(listening[0].address).size(), 3U);
  EXPECT_EQ(inherited->take(listening[1].address).size(), 2U);
  EXPECT_TRUE(inherited->empty());
}

TEST_F(UpgradeTest, T11_who_came_before_during_and_after_the_hand_over_finds_somebody_there) {
  listen(2);
  const io::SocketAddress where = listening[0].address;
  std::vector<io::Fd> clients;
  const auto dial = [&] {
    io::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(fd.get(), where.data(), where.size()), 0);
    clients.push_back(std::move(fd));
  };
  for (int i = 0; i < 20; ++i) dial();
  begin();
  Takeover successor = takeover();
  Result<InheritedSockets> inherited = fail(Fault::ours, "not yet");
  std::atomic<bool> received = false;
  std::thread other([&] {
    inherited = successor.receive("0.2.0");
    received = true;
  });
  while (!received) reactor.run_once(10ms);
  other.join();
  for (int i = 0; i < 20; ++i) dial();
  auto opened =
      open_listener(ListenAddress::parse("127.0.0.1:0").value(), 1, {}, &*inherited).value();
  EXPECT_TRUE(successor.serving());
  finish();
  listening.clear();  // the program before has ended
  for (int i = 0; i < 20; ++i) dial();
  int accepted = 0;
  for (const io::Fd& fd : opened[0].per_thread) {
    while (io::Fd(::accept4(fd.get(), nullptr, nullptr, SOCK_NONBLOCK))) ++accepted;
  }
  EXPECT_EQ(opened[0].address.text(), where.text());
  EXPECT_EQ(accepted, 60);
}

TEST_F(UpgradeTest, T11_session_tickets_of_the_program_before_open_at_the_successor) {
  listen(1);
  seed = tls::TicketSeed::random(clock.wall());
  begin();
  Takeover successor = takeover();
  std::thread other([&] {
    EXPECT_TRUE(successor.receive("0.2.0"));
    EXPECT_TRUE(successor.serving());
  });
  finish();
  other.join();
  ASSERT_TRUE(*outcome) << outcome->error().what;
  EXPECT_EQ(successor.tickets(), seed);
}

TEST_F(UpgradeTest, each_stage_is_told_when_it_is_reached) {
  using Stage = Upgrade::Stage;
  listen(1);
  begin();
  EXPECT_THAT(stages, IsEmpty());
  say(Kind::hello, "0.2.0\x1b[2J");
  EXPECT_THAT(stages, ElementsAre(Stage::started, Stage::handed_over));
  say(Kind::serving);
  EXPECT_THAT(stages, ElementsAre(Stage::started, Stage::handed_over, Stage::serving));
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_EQ((*outcome)->version.find('\x1b'), std::string::npos) << "it is shown to people";
}

TEST_F(UpgradeTest, hundreds_of_sockets_go_in_several_messages) {
  for (int i = 0; i < 4; ++i) listen(25);
  begin();
  Takeover successor = takeover();
  Result<InheritedSockets> inherited = fail(Fault::ours, "not yet");
  std::thread other([&] {
    inherited = successor.receive("0.2.0");
    EXPECT_TRUE(successor.serving());
  });
  finish();
  other.join();
  ASSERT_TRUE(inherited);
  for (const ListeningSockets& listener : listening) {
    EXPECT_EQ(inherited->take(listener.address).size(), 25U);
  }
}

TEST_F(UpgradeTest, no_socket_is_sent_before_the_successor_says_that_it_is_there) {
  listen(1);
  begin();
  EXPECT_EQ(receive_message(launcher.channel.get()).value(), std::nullopt);
  say(Kind::hello);
  EXPECT_EQ(receive_message(launcher.channel.get()).value()->message.kind, Kind::sockets);
  EXPECT_EQ(receive_message(launcher.channel.get()).value()->message.kind, Kind::complete);
  say(Kind::serving);
  EXPECT_TRUE(outcome && *outcome);
}

TEST_F(UpgradeTest, a_successor_that_cannot_serve_is_ended_and_its_reason_told) {
  listen(1);
  begin();
  say(Kind::hello);
  say(Kind::failed, "GH2107: unknown field.");
  ASSERT_TRUE(outcome);
  ASSERT_FALSE(*outcome);
  EXPECT_THAT(outcome->error().what, HasSubstr("GH2107: unknown field."));
  EXPECT_THAT(launcher.ended, ElementsAre(kSuccessor));
}

TEST_F(UpgradeTest, a_successor_that_dies_costs_nothing) {
  listen(1);
  begin();
  launcher.channel.reset();
  settle();
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(*outcome);
  EXPECT_THAT(launcher.ended, ElementsAre(kSuccessor));
}

TEST_F(UpgradeTest, a_successor_that_does_not_serve_in_time_is_ended) {
  listen(1);
  begin();
  say(Kind::hello);
  advance(29s);
  EXPECT_FALSE(outcome);
  advance(2s);
  ASSERT_TRUE(outcome);
  ASSERT_FALSE(*outcome);
  EXPECT_EQ(outcome->error().kind, ErrorKind::timed_out);
  EXPECT_THAT(launcher.ended, ElementsAre(kSuccessor));
}

TEST_F(UpgradeTest, an_upgrade_that_is_broken_off_ends_the_successor) {
  listen(1);
  begin();
  scope.cancel();
  settle();
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(*outcome);
  EXPECT_THAT(launcher.ended, ElementsAre(kSuccessor));
}

TEST_F(UpgradeTest, a_successor_that_says_the_wrong_thing_is_ended) {
  listen(1);
  begin();
  say(Kind::serving);  // it has no sockets yet
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(*outcome);
  EXPECT_THAT(launcher.ended, ElementsAre(kSuccessor));
}

TEST_F(UpgradeTest, a_program_that_cannot_be_started_changes_nothing) {
  launcher.fails = true;
  begin();
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(*outcome);
  EXPECT_THAT(launcher.ended, IsEmpty());
}

TEST_F(UpgradeTest, a_unix_socket_is_handed_over_under_its_path) {
  const TemporaryFolder folder;
  const auto path = io::SocketAddress::unix_path(folder.file("admin.sock")).value();
  const io::Fd admin(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(admin.get(), path.data(), path.size()), 0);
  ASSERT_EQ(::listen(admin.get(), 1), 0);
  more.push_back({admin.get(), {path.text(), path.text(), "admin", false}});
  begin();
  Takeover successor = takeover();
  Result<InheritedSockets> inherited = fail(Fault::ours, "not yet");
  std::thread other([&] {
    inherited = successor.receive("0.2.0");
    EXPECT_TRUE(successor.serving());
  });
  finish();
  other.join();
  ASSERT_TRUE(inherited) << inherited.error().what;
  const auto taken = inherited->take(path);
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].name, "admin");
}

// The successor's side, with a program before it that does what it should not.

class TakeoverTest : public ::testing::Test {
 protected:
  TakeoverTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    before_ = io::Fd(ends[0]);
    takeover_.emplace(io::Fd(ends[1]));
  }
  void say(const HandOverMessage& message, std::span<const int> fds = {}) {
    ASSERT_TRUE(send_message(before_.get(), message, fds).value());
  }
  static HandOverMessage socket_at(const std::string& address) {
    HandOverMessage message;
    message.kind = Kind::sockets;
    message.notes = {{address, address, "", false}};
    return message;
  }

  io::Fd before_;
  std::optional<Takeover> takeover_;
};

TEST_F(TakeoverTest, it_says_hello_first_and_gives_up_when_nothing_comes) {
  const auto inherited = takeover_->receive("0.2.0", 1ms);
  ASSERT_FALSE(inherited);
  EXPECT_EQ(inherited.error().kind, ErrorKind::timed_out);
  const auto heard = receive_message(before_.get()).value();
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->message.kind, Kind::hello);
  EXPECT_EQ(heard->message.text, "0.2.0");
}

TEST_F(TakeoverTest, a_descriptor_that_is_not_what_its_note_says_is_refused) {
  const auto listener =
      std::move(open_listener(ListenAddress::parse("127.0.0.1:0").value(), 1).value().front());
  const std::array<int, 1> right{listener.per_thread[0].get()};
  say(socket_at("127.0.0.1:1"), right);
  EXPECT_FALSE(takeover_->receive("0.2.0", 10ms));
  const std::array<int, 1> wrong{before_.get()};
  say(socket_at("127.0.0.1:1"), wrong);
  EXPECT_FALSE(takeover_->receive("0.2.0", 10ms));
}

TEST_F(TakeoverTest, fewer_sockets_than_announced_are_too_few) {
  HandOverMessage complete;
  complete.kind = Kind::complete;
  complete.count = 1;
  say(complete);
  EXPECT_FALSE(takeover_->receive("0.2.0", 10ms));
}

TEST_F(TakeoverTest, no_sockets_at_all_are_right_when_there_were_none) {
  HandOverMessage complete;
  complete.kind = Kind::complete;
  say(complete);
  EXPECT_TRUE(takeover_->receive("0.2.0", 10ms).value().empty());
}

TEST_F(TakeoverTest, a_second_ticket_seed_and_one_behind_sockets_are_refused) {
  HandOverMessage tickets;
  tickets.kind = Kind::tickets;
  tickets.seed = tls::TicketSeed::random(WallTime());
  say(tickets);
  say(tickets);
  EXPECT_FALSE(takeover_->receive("0.2.0", 10ms));
}

TEST_F(TakeoverTest, no_ticket_seed_at_all_is_right_too) {
  HandOverMessage complete;
  complete.kind = Kind::complete;
  say(complete);
  EXPECT_TRUE(takeover_->receive("0.2.0", 10ms));
  EXPECT_EQ(takeover_->tickets(), std::nullopt);
}

TEST_F(TakeoverTest, a_program_before_that_has_gone_on_by_itself_is_noticed) {
  before_.reset();
  EXPECT_FALSE(takeover_->receive("0.2.0", 10ms));
  EXPECT_FALSE(takeover_->serving());
}

TEST_F(TakeoverTest, why_it_cannot_serve_reaches_the_program_before) {
  takeover_->failed({Fault::machine, false, "The disk is full."});
  const auto heard = receive_message(before_.get()).value();
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->message.kind, Kind::failed);
  EXPECT_EQ(heard->message.text, "The disk is full.");
}

Environment upgrade_fd(const std::string& value) {
  return [value](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) != kUpgradeVariable) return std::nullopt;
    return value;
  };
}

TEST(Takeover, a_program_that_was_started_by_hand_takes_nothing_over) {
  const Environment none = [](const char*) { return std::nullopt; };
  EXPECT_FALSE(Takeover::from_environment(none).value());
}

TEST(Takeover, a_variable_that_names_no_channel_is_an_error_with_the_remedy) {
  const io::Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const std::string& value :
       {std::string("x"), std::string(""), std::string("0"), std::string("-1"),
        std::string("99999"), std::to_string(file.get())}) {
    const auto takeover = Takeover::from_environment(upgrade_fd(value));
    ASSERT_FALSE(takeover) << value;
    EXPECT_THAT(takeover.error().what, HasSubstr("unset it"));
  }
}

// Real processes.

std::string text_of(const std::string& path) { return TemporaryFolder::read(path); }

TEST(ProcessLauncher, the_successor_has_its_channel_its_variables_and_no_blocked_signal) {
  const TemporaryFolder folder;
  const std::string told = folder.file("told");
  ProcessLauncher launcher(
      {"/bin/sh",
       {"sh", "-c",
        "echo $GATEHOUSE_UPGRADE_FD $KEPT > $0; test -S /proc/$$/fd/3 && echo socket >> $0; "
        "while read -r line; do case $line in SigBlk*) echo $line >> $0;; esac; "
        "done < /proc/$$/status",
        told},
       {"KEPT=yes", "PATH=/usr/bin:/bin"}});
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  const io::Fd ours(ends[0]);
  const auto process = launcher.launch(io::Fd(ends[1]));
  ASSERT_TRUE(process);
  int status = 0;
  ASSERT_EQ(::waitpid(*process, &status, 0), *process);
  EXPECT_EQ(status, 0);
  const std::string text = text_of(told);
  EXPECT_THAT(text, HasSubstr("3 yes\n"));
  EXPECT_THAT(text, HasSubstr("SigBlk: 0000000000000000\n"));
  EXPECT_THAT(text, HasSubstr("socket\n"));
}

TEST(ProcessLauncher, end_waits_until_the_process_is_gone) {
  ProcessLauncher launcher({"/bin/sleep", {"sleep", "600"}, {}});
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  const io::Fd ours(ends[0]);
  const auto process = launcher.launch(io::Fd(ends[1]));
  ASSERT_TRUE(process);
  launcher.end(*process);
  EXPECT_EQ(::kill(*process, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ProcessLauncher, a_program_that_is_not_there_is_an_error_that_names_it) {
  ProcessLauncher launcher({"/nowhere/gatehouse", {"gatehouse"}, {}});
  const auto process = launcher.launch(io::Fd(::dup(1)));
  ASSERT_FALSE(process);
  EXPECT_THAT(process.error().what, HasSubstr("/nowhere/gatehouse"));
}

TEST(ProcessLauncher, what_was_said_to_one_process_alone_is_not_passed_on) {
  const std::array<const char*, 8> environment{
      "PATH=/bin",      "LISTEN_PID=1",           "LISTEN_FDS=2",       "LISTEN_FDNAMES=a",
      "WATCHDOG_PID=1", "GATEHOUSE_UPGRADE_FD=9", "WATCHDOG_USEC=1000", nullptr};
  EXPECT_THAT(successor_environment(environment.data()),
              ElementsAre("PATH=/bin", "WATCHDOG_USEC=1000"));
}

}  // namespace
}  // namespace gatehouse::edge
