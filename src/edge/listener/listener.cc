#include "edge/listener/listener.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace gatehouse::edge {
namespace {

using namespace std::chrono_literals;

constexpr int kBacklog = 4096;
// Bounds one pass, so that a flood of connections does not starve those that are open.
constexpr int kMostAccepts = 64;

std::unexpected<Error> cannot_listen(const io::SocketAddress& address, int error) {
  const std::string where = address.text();
  switch (error) {
    case EADDRINUSE:
      return fail(Fault::machine,
                  fmt::format("Cannot listen on {}: another program already does. Find it with "
                              "`ss -ltnp 'sport = :{}'` and stop it, or choose another port with "
                              "--listen.",
                              where, address.port()),
                  ErrorKind::conflict);
    case EACCES:
      return fail(Fault::machine,
                  fmt::format("Cannot listen on {}: ports below 1024 need the capability "
                              "CAP_NET_BIND_SERVICE. Grant it with `setcap "
                              "cap_net_bind_service=+ep` on the program, or choose a port above "
                              "1023 with --listen.",
                              where),
                  ErrorKind::not_permitted);
    case EADDRNOTAVAIL:
      return fail(Fault::operator_input,
                  fmt::format("Cannot listen on {}: this machine has no such address. `ip addr` "
                              "shows those it has.",
                              where),
                  ErrorKind::not_found);
    default:
      return fail(Fault::machine,
                  fmt::format("Cannot listen on {}: {}.", where, std::strerror(error)));
  }
}

void set(int fd, int level, int name, int value) {
  (void)setsockopt(fd, level, name, &value, sizeof value);
}

// A bound socket, or its errno. Without `shared` the kernel tells whether anybody else listens.
std::expected<io::Fd, int> bound(const io::SocketAddress& address, bool shared) {
  io::Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(errno);
  set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared) set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);  // inherited by what is accepted
  if (address.family() == AF_INET6) set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(fd.get(), address.data(), address.size()) != 0) return std::unexpected(errno);
  return fd;
}

bool is_shared(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &value, &size) == 0 && value != 0;
}

// A socket of its own for one more thread, or another descriptor of the same.
Result<io::Fd> beside(const io::SocketAddress& address, const io::Fd& inherited) {
  if (is_shared(inherited.get())) {
    auto sibling = bound(address, true);
    if (sibling && ::listen(sibling->get(), kBacklog) == 0) return std::move(*sibling);
  }
  io::Fd same(fcntl(inherited.get(), F_DUPFD_CLOEXEC, 3));
  if (!same) return cannot_listen(address, errno);
  return same;
}

Result<ListeningSockets> adopt(const io::SocketAddress& wanted, bool tls, std::size_t threads,
                               std::vector<InheritedSocket> inherited) {
  const std::size_t count = inherited.size();
  ListeningSockets sockets{wanted, inherited.front().address, {}, tls, {}, false};
  for (InheritedSocket& socket : inherited) {
    sockets.held_elsewhere |= socket.held_elsewhere;
    (void)::listen(socket.fd.get(), kBacklog);  // whoever opened it may have wished for less
    sockets.per_thread.push_back(std::move(socket.fd));
  }
  for (std::size_t i = count; i < threads; ++i) {
    auto fd = beside(sockets.address, sockets.per_thread[i % count]);
    if (!fd) return pass_on(fd);
    sockets.per_thread.push_back(std::move(*fd));
  }
  return sockets;
}

bool is_any(const io::SocketAddress& address) {
  const auto ip = IpAddress::parse(address.host());
  return ip && ip->is_any();
}

// The kernel has let us have this port beside everybody else who could want it.
bool beside_ours(const io::SocketAddress& wanted, std::span<const io::SocketAddress> ours) {
  return std::ranges::any_of(ours, [&wanted](const io::SocketAddress& there) {
    return there.port() == wanted.port() && is_any(there) != is_any(wanted);
  });
}

Result<ListeningSockets> open_endpoint(const io::SocketAddress& wanted, bool tls,
                                       std::size_t threads, std::span<const io::SocketAddress> ours,
                                       InheritedSockets* inherited) {
  if (inherited != nullptr) {
    auto taken = inherited->take(wanted);
    if (!taken.empty()) return adopt(wanted, tls, threads, std::move(taken));
  }
  if (wanted.port() != 0 && !beside_ours(wanted, ours)) {
    // SO_REUSEPORT would silently share the port with another gatehouse of the same user.
    const auto probe = bound(wanted, false);
    if (!probe) return cannot_listen(wanted, probe.error());
    if (::listen(probe->get(), 1) != 0) return cannot_listen(wanted, errno);
  }
  ListeningSockets sockets{wanted, wanted, {}, tls, {}, false};
  for (std::size_t i = 0; i < threads; ++i) {
    auto fd = bound(sockets.address, true);
    if (!fd) return cannot_listen(sockets.address, fd.error());
    if (::listen(fd->get(), kBacklog) != 0) return cannot_listen(sockets.address, errno);
    sockets.address = io::SocketAddress::local_of(fd->get());
    sockets.per_thread.push_back(std::move(*fd));
  }
  return sockets;
}

bool machine_has_no_ipv6(const Error& error, const io::SocketAddress& address) {
  return address.family() == AF_INET6 && error.kind != ErrorKind::conflict &&
         error.kind != ErrorKind::not_permitted;
}

}  // namespace

Result<std::vector<ListeningSockets>> open_listener(const ListenAddress& address,
                                                    std::size_t threads,
                                                    std::span<const io::SocketAddress> ours,
                                                    InheritedSockets* inherited) {
  std::vector<ListeningSockets> all;
  std::uint16_t port = address.port();
  for (const IpEndpoint& endpoint : address.endpoints()) {
    const auto where = io::SocketAddress::ip(endpoint.address.text(), port);
    auto sockets = open_endpoint(*where, address.tls(), threads, ours, inherited);
    if (!sockets && machine_has_no_ipv6(sockets.error(), *where)) {
      if (address.scope() == ListenAddress::Scope::localhost && !all.empty()) continue;
      if (address.scope() == ListenAddress::Scope::everywhere) {
        sockets = open_endpoint(*io::SocketAddress::ip("0.0.0.0", port), address.tls(), threads,
                                ours, inherited);
      }
    }
    if (!sockets) return pass_on(sockets);
    port = sockets->address.port();
    sockets->host = address.scope() == ListenAddress::Scope::one_address
                        ? endpoint.address.url_host()
                        : "localhost";
    all.push_back(std::move(*sockets));
  }
  return all;
}

Acceptor::Acceptor(io::Reactor& reactor, io::Fd fd, EventLog& events, OnAccept on_accept)
    : reactor_(reactor),
      socket_(reactor, std::move(fd)),
      events_(events),
      on_accept_(std::move(on_accept)) {}

Acceptor::~Acceptor() = default;

io::Task<void> Acceptor::run() {
  io::Wake wake = io::Wake::ready;
  while (wake != io::Wake::cancelled) {
    wake = co_await socket_.readable(io::Deadline::never());
    if (wake != io::Wake::ready || stopped_) co_return;
    const Round round = accept_some();
    if (round == Round::more) wake = co_await reactor_.yield();
    if (round == Round::out_of_descriptors) wake = co_await reactor_.sleep(reactor_.in(100ms));
  }
}

Acceptor::Round Acceptor::accept_some() {
  for (int i = 0; i < kMostAccepts; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    io::Fd fd(::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&peer), &size,
                        SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      on_accept_({std::move(fd), io::SocketAddress::from(peer, size)});
      continue;
    }
    if (errno == EAGAIN) {
      socket_.clear_readable();
      return Round::drained;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      events_.error(
          "No more connections can be accepted: the limit of open files is reached. "
          "Raise LimitNOFILE= (systemd) or `ulimit -n`.",
          {{"error", std::strerror(errno)}});
      return Round::out_of_descriptors;
    }
    // Anything else concerns the one connection that was to be accepted (accept(2)).
  }
  return Round::more;
}

void Acceptor::stop(Ending ending) {
  if (stopped_) return;
  stopped_ = true;
  socket_.interrupt();
  if (ending == Ending::leave) return;
  while (accept_some() == Round::more) {
  }
  (void)::shutdown(socket_.fd(), SHUT_RD);
}

}  // namespace gatehouse::edge
