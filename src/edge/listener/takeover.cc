#include "edge/listener/takeover.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace gatehouse::edge {
namespace {

using Kind = HandOverMessage::Kind;
using std::chrono::steady_clock;

constexpr std::size_t kMostSockets = 65535;

std::optional<int> channel_number(std::string_view text) {
  int fd = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fd);
  if (error != std::errc{} || end != text.data() + text.size() || fd <= 2) return std::nullopt;
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    return std::nullopt;
  }
  return fd;
}

// The descriptor is what the note says of it, or the upgrade is off.
Result<InheritedSocket> inherited(io::Fd fd, const HandOverMessage::Note& note) {
  const auto address = prepare_inherited(fd.get());
  if (!address) return fail(address.error().fault, address.error().what, address.error().kind);
  if (address->text() != note.address) {
    return fail(Fault::machine,
                fmt::format("A socket that was to listen on {} listens on {}.", note.address,
                            address->text()),
                ErrorKind::invalid);
  }
  return InheritedSocket{std::move(fd), note_address(note.asked).value_or(*address), *address,
                         note.name, note.held_elsewhere};
}

}  // namespace

Result<std::optional<Takeover>> Takeover::from_environment(const Environment& environment) {
  const auto text = environment(kUpgradeVariable);
  if (!text) return std::nullopt;
  const auto fd = channel_number(*text);
  if (!fd) {
    return fail(Fault::machine,
                fmt::format("{} names no channel to another gatehouse. It is set by `gatehouse "
                            "upgrade`; unset it if you did.",
                            kUpgradeVariable),
                ErrorKind::invalid);
  }
  (void)fcntl(*fd, F_SETFD, FD_CLOEXEC);
  return std::optional<Takeover>(std::in_place, io::Fd(*fd));
}

Result<InheritedSockets> Takeover::receive(std::string_view version,
                                           std::chrono::milliseconds bound) {
  HandOverMessage hello;
  hello.text = version;
  if (auto sent = send_message(channel_.get(), hello); !sent) return pass_on(sent);
  std::vector<InheritedSocket> sockets;
  while (true) {
    auto received = wait_for_message(bound);
    if (!received) return pass_on(received);
    auto& [message, fds] = *received;
    if (message.kind == Kind::tickets && !tickets_ && sockets.empty()) {
      tickets_ = message.seed;
      continue;
    }
    if (message.kind == Kind::complete && message.count == sockets.size()) break;
    if (message.kind != Kind::sockets || sockets.size() + fds.size() > kMostSockets) {
      return fail(Fault::machine, "The sockets of this upgrade did not arrive as announced.",
                  ErrorKind::invalid);
    }
    for (std::size_t i = 0; i < fds.size(); ++i) {
      auto socket = inherited(std::move(fds[i]), message.notes[i]);
      if (!socket) return pass_on(socket);
      sockets.push_back(std::move(*socket));
    }
  }
  return InheritedSockets(std::move(sockets));
}

Result<ReceivedMessage> Takeover::wait_for_message(std::chrono::milliseconds bound) {
  const auto end = steady_clock::now() + bound;
  while (true) {
    auto received = receive_message(channel_.get());
    if (!received) return pass_on(received);
    if (*received) return std::move(**received);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now()).count();
    if (left <= 0) break;
    pollfd wanted{channel_.get(), POLLIN, 0};
    (void)::poll(&wanted, 1, static_cast<int>(left));
  }
  return fail(Fault::machine,
              "The gatehouse that is to be replaced did not hand its sockets over in time.",
              ErrorKind::timed_out);
}

Result<Ok> Takeover::serving() {
  HandOverMessage message;
  message.kind = Kind::serving;
  auto sent = send_message(channel_.get(), message);
  channel_.reset();
  if (!sent) return pass_on(sent);
  return Ok{};
}

void Takeover::failed(const Error& error) {
  HandOverMessage message;
  message.kind = Kind::failed;
  message.text = error.what;
  // Who is not there does not hear it, and sees the end of the channel instead.
  (void)send_message(channel_.get(), message);
  channel_.reset();
}

}  // namespace gatehouse::edge
