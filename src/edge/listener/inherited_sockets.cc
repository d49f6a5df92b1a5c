#include "edge/listener/inherited_sockets.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace gatehouse::edge {
namespace {

constexpr int kMostSockets = 1024;

int option(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

std::optional<int> number(const std::optional<std::string>& text) {
  int value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

// name:name:name; empty ones where there are fewer.
std::vector<std::string> names_of(std::string_view text, std::size_t count) {
  std::vector<std::string> names(count);
  for (std::string& name : names) {
    const std::size_t end = std::min(text.find(':'), text.size());
    name = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

}  // namespace

Result<io::SocketAddress> prepare_inherited(int fd) {
  const bool listens = option(fd, SO_TYPE) == SOCK_STREAM && option(fd, SO_ACCEPTCONN) == 1;
  const auto address = io::SocketAddress::local_of(fd);
  const bool known = address.family() == AF_INET || address.family() == AF_INET6;
  if (!listens || !(known || address.is_unix())) {
    return fail(Fault::machine,
                fmt::format("Descriptor {} is not a listening socket. A socket unit for gatehouse "
                            "has ListenStream= with a port and Accept=no.",
                            fd),
                ErrorKind::invalid);
  }
  const int yes = 1;
  (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
  (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  if (known) (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return address;
}

std::vector<InheritedSocket> InheritedSockets::take(const io::SocketAddress& wanted) {
  const std::string text = wanted.text();
  const auto is_wanted = [&](const InheritedSocket& socket) {
    return socket.asked.text() == text || socket.address.text() == text;
  };
  std::vector<InheritedSocket> taken;
  for (InheritedSocket& socket : sockets_) {
    if (is_wanted(socket)) taken.push_back(std::move(socket));
  }
  std::erase_if(sockets_, [](const InheritedSocket& socket) { return !socket.fd; });
  return taken;
}

std::vector<std::string> InheritedSockets::left() const {
  std::vector<std::string> texts;
  for (const InheritedSocket& socket : sockets_) texts.push_back(socket.address.text());
  std::ranges::sort(texts);
  const auto repeated = std::ranges::unique(texts);
  texts.erase(repeated.begin(), repeated.end());
  return texts;
}

void InheritedSockets::close_ours() {
  std::erase_if(sockets_, [](const InheritedSocket& socket) { return !socket.held_elsewhere; });
}

Result<std::vector<InheritedSocket>> activation_sockets(const Environment& environment, pid_t self,
                                                        int first) {
  std::vector<InheritedSocket> sockets;
  if (number(environment("LISTEN_PID")) != self) return sockets;
  const auto count = number(environment("LISTEN_FDS"));
  if (!count || *count < 0 || *count > kMostSockets) {
    return fail(Fault::machine,
                fmt::format("LISTEN_FDS is to be a number from 0 to {}. It is set by the service "
                            "manager; unset it if you did.",
                            kMostSockets),
                ErrorKind::invalid);
  }
  const auto names =
      names_of(environment("LISTEN_FDNAMES").value_or(""), static_cast<std::size_t>(*count));
  for (const std::string& name : names) {
    const int fd = first + static_cast<int>(sockets.size());
    auto address = prepare_inherited(fd);
    if (!address) return pass_on(address);
    sockets.push_back({io::Fd(fd), *address, *address, name, true});
  }
  return sockets;
}

}  // namespace gatehouse::edge
