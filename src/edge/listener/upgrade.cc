#include "edge/listener/upgrade.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include "base/json_text.h"
#include "edge/listener/takeover.h"

namespace gatehouse::edge {
namespace {

using Kind = HandOverMessage::Kind;

constexpr int kChannel = 3;  // in the successor

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

// As a program finds its signals when a shell starts it: none blocked, none ignored.
void reset_signals(posix_spawnattr_t& attributes) {
  sigset_t none;
  sigset_t ignored;
  sigemptyset(&none);
  sigemptyset(&ignored);
  sigaddset(&ignored, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &ignored);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

bool is_for_one_process(std::string_view variable) {
  constexpr std::array<std::string_view, 5> kOnce{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
                                                  "WATCHDOG_PID", kUpgradeVariable};
  return std::ranges::find(kOnce, variable.substr(0, variable.find('='))) != kOnce.end();
}

Error not_in_time(io::Wake wake) {
  if (wake == io::Wake::cancelled) {
    return {Fault::machine, true, "The upgrade was broken off; this program goes on."};
  }
  return {Fault::machine, true,
          fmt::format("The new program did not serve within {} s, so it was ended and this one "
                      "goes on. Its last words are in the event log.",
                      Upgrade::kBound.count()),
          ErrorKind::timed_out};
}

Error failed_with(std::string_view reason) {
  return {Fault::machine, false,
          fmt::format("The new program cannot serve, so this one goes on. It said: {}", reason)};
}

}  // namespace

Result<pid_t> ProcessLauncher::launch(io::Fd channel) {
  std::vector<std::string> arguments = program_.arguments;
  std::vector<std::string> environment = program_.environment;
  environment.push_back(fmt::format("{}={}", kUpgradeVariable, kChannel));
  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.files, channel.get(), kChannel);
  reset_signals(settings.attributes);
  pid_t process = 0;
  const int error =
      ::posix_spawn(&process, program_.path.c_str(), &settings.files, &settings.attributes,
                    pointers(arguments).data(), pointers(environment).data());
  if (error == 0) return process;
  return fail(Fault::machine, fmt::format("The new program {} could not be started ({}).",
                                          program_.path, std::strerror(error)));
}

void ProcessLauncher::end(pid_t process) {
  (void)::kill(process, SIGKILL);
  while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::vector<std::string> successor_environment(const char* const* environment) {
  std::vector<std::string> kept;
  for (; *environment != nullptr; ++environment) {
    if (!is_for_one_process(*environment)) kept.emplace_back(*environment);
  }
  return kept;
}

io::Task<Result<Successor>> Upgrade::carry_out(Legacy legacy, OnStage on_stage) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    co_return fail(Fault::machine, fmt::format("No channel to a new program could be made ({}).",
                                               std::strerror(errno)));
  }
  io::Socket channel(reactor_, io::Fd(ends[0]));
  auto process = launcher_.launch(io::Fd(ends[1]));
  if (!process) co_return pass_on(process);
  Successor successor{*process, {}};
  auto done = co_await converse(channel, legacy, successor, on_stage);
  if (done) co_return successor;
  launcher_.end(*process);
  co_return pass_on(done);
}

io::Task<Result<Ok>> Upgrade::converse(io::Socket& channel, const Legacy& legacy,
                                       Successor& successor, const OnStage& on_stage) {
  const io::Deadline deadline = reactor_.in(kBound);
  auto hello = co_await expect(channel, Kind::hello, deadline);
  if (!hello) co_return pass_on(hello);
  successor.version = printable(*hello);
  on_stage(Stage::started, successor);
  if (legacy.tickets) {
    auto sent = co_await send_tickets(channel, *legacy.tickets, deadline);
    if (!sent) co_return sent;
  }
  auto sent = co_await send_sockets(channel, legacy.sockets, deadline);
  if (!sent) co_return sent;
  on_stage(Stage::handed_over, successor);
  auto serving = co_await expect(channel, Kind::serving, deadline);
  if (!serving) co_return pass_on(serving);
  on_stage(Stage::serving, successor);
  co_return Ok{};
}

io::Task<Result<Ok>> Upgrade::send_tickets(io::Socket& channel, const tls::TicketSeed& seed,
                                           io::Deadline deadline) {
  HandOverMessage tickets;
  tickets.kind = Kind::tickets;
  tickets.seed = seed;
  co_return co_await send(channel, tickets, {}, deadline);
}

io::Task<Result<Ok>> Upgrade::send_sockets(io::Socket& channel,
                                           const std::vector<HandedSocket>& sockets,
                                           io::Deadline deadline) {
  for (std::size_t begin = 0; begin < sockets.size(); begin += HandOverMessage::kMostNotes) {
    HandOverMessage message;
    message.kind = Kind::sockets;
    std::vector<int> descriptors;
    const std::size_t end = std::min(begin + HandOverMessage::kMostNotes, sockets.size());
    for (std::size_t i = begin; i < end; ++i) {
      message.notes.push_back(sockets[i].note);
      descriptors.push_back(sockets[i].fd);
    }
    auto sent = co_await send(channel, message, std::move(descriptors), deadline);
    if (!sent) co_return sent;
  }
  HandOverMessage complete;
  complete.kind = Kind::complete;
  complete.count = static_cast<std::uint16_t>(sockets.size());
  co_return co_await send(channel, complete, {}, deadline);
}

io::Task<Result<Ok>> Upgrade::send(io::Socket& channel, const HandOverMessage& message,
                                   std::vector<int> descriptors, io::Deadline deadline) {
  while (true) {
    auto sent = send_message(channel.fd(), message, descriptors);
    if (!sent) co_return pass_on(sent);
    if (*sent) co_return Ok{};
    channel.clear_writable();
    const io::Wake wake = co_await channel.writable(deadline);
    if (wake != io::Wake::ready) co_return std::unexpected(not_in_time(wake));
  }
}

io::Task<Result<std::string>> Upgrade::expect(io::Socket& channel, Kind kind,
                                              io::Deadline deadline) {
  while (true) {
    auto received = receive_message(channel.fd());
    if (!received) co_return pass_on(received);
    if (!*received) {
      channel.clear_readable();
      const io::Wake wake = co_await channel.readable(deadline);
      if (wake != io::Wake::ready) co_return std::unexpected(not_in_time(wake));
      continue;
    }
    const HandOverMessage& message = (*received)->message;
    if (message.kind == kind) co_return message.text;
    if (message.kind == Kind::failed) co_return std::unexpected(failed_with(message.text));
    co_return std::unexpected(failed_with("something that does not belong here"));
  }
}

}  // namespace gatehouse::edge
