#include <array>
#include <cstdlib>
#include <sys/socket.h>

#include <openssl/err.h>

#include "crypto/issue.h"
#include "io/event.h"
#include "io/reactor.h"
#include "io/scope.h"
#include "tls/server_context.h"
#include "tls/stream.h"

// Whatever a client says, a handshake ends: with success, with a classified fault, or at its
// deadline. The last byte of an input chooses how the rest is delivered; a recorded first flight
// with a zero behind it is an input.
namespace {

using namespace gatehouse;
using namespace std::chrono_literals;

void require(bool holds) {
  if (!holds) std::abort();
}

// Bits of the last byte.
struct Delivery {
  explicit Delivery(std::uint8_t how)
      : piece(std::array<std::size_t, 4>{1 << 20, 1, 5, 100}[how & 3]),
        profile(static_cast<tls::Profile>((how >> 2 & 3) % 3)),
        wait((how & 0x10) != 0),
        unknown((how & 0x20) != 0),
        leave((how & 0x40) != 0),
        shut((how & 0x80) != 0) {}

  std::size_t piece;
  tls::Profile profile;
  bool wait;     // the selector waits once
  bool unknown;  // and then knows no certificate
  bool leave;    // the client closes the connection behind its bytes
  bool shut;     // or only its side
};

io::Task<void> wait_for(io::Event& event) { co_await event.wait(io::Deadline::never()); }

class Selector final : public tls::CertificateSelector {
 public:
  explicit Selector(io::Reactor& reactor) : event(reactor) {
    crypto::CertificateSpec spec;
    spec.common_name = "a.example";
    spec.names.push_back(NamePattern::parse("a.example").value());
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
    const auto leaf = crypto::issue_self_signed(spec, key).value();
    const std::array chain{leaf.der()};
    credential_ = std::make_shared<const tls::Credential>(chain, key);
  }
  tls::Selection select(const tls::ClientHello& hello) override {
    require(!hello.server_name || !hello.server_name->is_address());
    if (std::exchange(wait, false)) return wait_for(event);
    if (unknown) return tls::UnknownName{};
    return tls::Answer{.credential = credential_, .profile = profile};
  }

  io::Event event;
  bool wait = false;
  bool unknown = false;
  tls::Profile profile = tls::Profile::intermediate;

 private:
  tls::CredentialPtr credential_;
};

io::Task<void> shake(tls::TlsStream& stream, io::Deadline deadline,
                     std::optional<Result<Ok>>& into) {
  into = co_await stream.handshake(deadline);
}

class Server {
 public:
  void hear(std::string_view bytes, Delivery how) {
    selector_.wait = how.wait;
    selector_.unknown = how.unknown;
    selector_.profile = how.profile;
    std::array<int, 2> fds{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) == 0);
    io::Fd client(fds[1]);
    io::Scope scope(reactor_);
    tls::TlsStream stream(reactor_, io::Fd(fds[0]), wire_, *context_);
    std::optional<Result<Ok>> ended;
    scope.spawn(shake(stream, reactor_.in(10s), ended));
    while (!bytes.empty()) {
      const auto sent =
          ::send(client.get(), bytes.data(), std::min(bytes.size(), how.piece), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      settle();
    }
    if (how.leave) client.reset();
    if (how.shut) ::shutdown(client.get(), SHUT_WR);
    settle();
    finish(stream, ended);
  }

 private:
  void settle() {
    for (int passes = 0; reactor_.run_once(0ms); ++passes) {
      selector_.event.notify_all();
      require(passes < 10'000);
    }
  }
  void finish(tls::TlsStream& stream, std::optional<Result<Ok>>& ended) {
    for (int i = 0; i < 3 && !ended; ++i) {
      clock_.advance(10s);
      settle();
    }
    require(ended.has_value());
    require(ended->has_value() == (stream.fault() == tls::HandshakeFault::none));
    require(ended->has_value() || !stream.failure().empty());
    std::array<char, 64> some;
    while (stream.may_read()) {
      const io::IoStatus status = stream.read(some).status;
      if (status == io::IoStatus::closed || status == io::IoStatus::failed) break;
    }
    (void)stream.write({"x", 1}, io::Flush::last);
    ERR_clear_error();
  }

  FakeClock clock_;
  io::Reactor reactor_{clock_};
  tls::Wire wire_;
  Selector selector_{reactor_};
  std::unique_ptr<tls::ServerContext> context_ =
      tls::ServerContext::make({}, selector_, tls::TicketSeed{.start = clock_.wall()}, clock_)
          .value();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Server server;
  if (size == 0) return 0;
  server.hear(as_text({data, size - 1}), Delivery(data[size - 1]));
  return 0;
}
