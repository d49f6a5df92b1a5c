// A server may send what it likes: the probe's handshake ends, and says how.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sys/socket.h>

#include "io/scope.h"
#include "tls/probe.h"

namespace gatehouse::tls {
namespace {

using namespace std::chrono_literals;

io::Task<void> shake(Probe& probe, io::Deadline deadline, std::optional<Observation>& into) {
  if (const auto stands = co_await probe.connect(deadline); !stands) co_return;
  into = co_await probe.handshake(deadline);
}

void send_all(int fd, const std::uint8_t* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(fd, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

void talk_to(const std::uint8_t* data, std::size_t size) {
  std::array<int, 2> fds{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) != 0) return;
  io::Fd far(fds[1]);
  const FakeClock clock;
  io::Reactor reactor(clock);
  io::Scope scope(reactor);
  ProbeOptions options{.server_name = ServerName::parse("a.example").value()};
  options.oldest = (size > 0 && (data[0] & 1) != 0) ? 0x0301 : 0x0303;
  Probe probe(reactor, io::Fd(fds[0]), options);
  std::optional<Observation> seen;
  send_all(far.get(), data, size);
  ::shutdown(far.get(), SHUT_WR);
  scope.spawn(shake(probe, io::Deadline::never(), seen));
  for (int pass = 0; pass < 100 && scope.running() > 0; ++pass) reactor.run_once(0ms);
  if (!seen || seen->completed()) std::abort();  // nobody guesses our keys
  if (seen->reason.empty() || seen->chain.size() > Probe::kMostCertificates) std::abort();
}

}  // namespace
}  // namespace gatehouse::tls

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gatehouse::tls::talk_to(data, size);
  return 0;
}
