#include "base/service_notifier.h"

#include <charconv>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse {
namespace {

constexpr timeval kPatience{.tv_sec = 0, .tv_usec = 200'000};
constexpr std::size_t kLongestStatus = 1024;

// The sockaddr_un of a NOTIFY_SOCKET as bytes; empty if it names no socket of ours (vsock).
std::string socket_address(std::string_view name) {
  sockaddr_un address{};
  if (name.size() < 2 || name.size() >= sizeof address.sun_path) return {};
  if (name.front() != '/' && name.front() != '@') return {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  const bool abstract = name.front() == '@';
  if (abstract) address.sun_path[0] = '\0';
  // An abstract name is as long as it is said to be; a path ends with a zero.
  const std::size_t size = offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1);
  return {reinterpret_cast<const char*>(&address), size};
}

std::optional<std::int64_t> number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value <= 0) return std::nullopt;
  return value;
}

std::optional<std::chrono::microseconds> half_of_watchdog(const Environment& environment,
                                                          pid_t self) {
  if (environment("WATCHDOG_PID") && number(environment("WATCHDOG_PID")) != self) {
    return std::nullopt;
  }
  const auto whole = number(environment("WATCHDOG_USEC"));
  if (!whole || *whole < 2) return std::nullopt;
  return std::chrono::microseconds(*whole / 2);
}

// A state is a line of its own, so what it says has none.
std::string one_line(std::string_view text) {
  std::string line(text.substr(0, kLongestStatus));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return line;
}

}  // namespace

ServiceNotifier::ServiceNotifier(const Environment& environment, pid_t self) {
  const auto name = environment("NOTIFY_SOCKET");
  if (!name) return;
  address_ = socket_address(*name);
  if (address_.empty()) return;
  fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return;
  (void)setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  alive_every_ = half_of_watchdog(environment, self);
}

ServiceNotifier::~ServiceNotifier() {
  if (fd_ >= 0) ::close(fd_);
}

void ServiceNotifier::ready(std::string_view status) {
  send(fmt::format("READY=1\nSTATUS={}", one_line(status)));
}

void ServiceNotifier::reloading(SteadyTime now) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", since.count()));
}

void ServiceNotifier::stopping(std::string_view status) {
  send(fmt::format("STOPPING=1\nSTATUS={}", one_line(status)));
}

void ServiceNotifier::status(std::string_view status) {
  send(fmt::format("STATUS={}", one_line(status)));
}

void ServiceNotifier::alive() { send("WATCHDOG=1"); }

void ServiceNotifier::extend(std::chrono::microseconds time) {
  send(fmt::format("EXTEND_TIMEOUT_USEC={}", time.count()));
}

void ServiceNotifier::hand_over_to(pid_t process) { send(fmt::format("MAINPID={}", process)); }

// A manager that is gone or does not read changes nothing of what is served.
void ServiceNotifier::send(std::string_view state) const {
  if (!on()) return;
  (void)::sendto(fd_, state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(address_.data()),
                 static_cast<socklen_t>(address_.size()));
}

}  // namespace gatehouse
