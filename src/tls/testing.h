#pragma once

// Fixtures of the unit tests of TLS; no product code includes this.

#include <functional>
#include <optional>
#include <sys/socket.h>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/identity.h"
#include "crypto/issue.h"
#include "io/reactor.h"
#include "io/scope.h"
#include "io/testing.h"
#include "tls/client_context.h"
#include "tls/server_context.h"
#include "tls/stream.h"

namespace gatehouse::tls::testing {

using namespace std::chrono_literals;

inline constexpr std::array<std::uint16_t, 2> kVersions{TLS1_2_VERSION, TLS1_3_VERSION};

inline ServerName server_name(std::string_view text) { return ServerName::parse(text).value(); }

// What a certificate of a test may have that is out of the ordinary.
struct Oddities {
  crypto::KeyType key = crypto::KeyType::p256;
  crypto::Purpose purpose = crypto::Purpose::server;
  bool names_only_in_subject = false;
  std::chrono::hours expires_in{24};
};

// A root that signs leaves. The library verifies by the machine's clock, so these do as well.
class TestCa {
 public:
  TestCa() : key_(crypto::PrivateKey::generate(crypto::KeyType::p256).value()), root_(make()) {}

  Bytes anchor() const { return {root_.der().begin(), root_.der().end()}; }
  CredentialPtr credential(const std::string& name, const Oddities& odd = {}) const {
    crypto::CertificateSpec spec = validity(odd.expires_in);
    spec.common_name = name;
    spec.purpose = odd.purpose;
    if (!odd.names_only_in_subject) spec.names.push_back(NamePattern::parse(name).value());
    const auto key = crypto::PrivateKey::generate(odd.key).value();
    const auto leaf = crypto::issue(spec, key, root_, key_).value();
    const std::array chain{leaf.der()};
    return std::make_shared<const Credential>(chain, key);
  }

 private:
  static crypto::CertificateSpec validity(std::chrono::hours expires_in) {
    crypto::CertificateSpec spec;
    spec.not_before = SystemClock().wall() - 48h;
    spec.not_after = SystemClock().wall() + expires_in;
    return spec;
  }
  crypto::Certificate make() const {
    crypto::CertificateSpec spec = validity(24h);
    spec.common_name = "root of the test";
    spec.ca_path_length = 0;
    return crypto::issue_self_signed(spec, key_).value();
  }

  crypto::PrivateKey key_;
  crypto::Certificate root_;
};

// Says what the test wants and remembers what it was asked.
class ScriptedSelector final : public CertificateSelector {
 public:
  Selection select(const ClientHello& hello) override {
    seen.push_back(hello);
    return answer(hello);
  }

  std::function<Selection(const ClientHello&)> answer;
  std::vector<ClientHello> seen;
};

// One end of a connection, whose handshake runs in a scope of its own.
class End {
 public:
  template <class... Of>
  explicit End(io::Reactor& reactor, io::Fd fd, Wire& wire, const Of&... of)
      : scope(reactor), stream(reactor, std::move(fd), wire, of...) {}
  ~End() {
    scope.cancel();
    while (scope.running() > 0) stream.socket().reactor().run_once(0ms);
  }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  void shake(std::chrono::nanoseconds within = 10s) {
    scope.spawn(run(stream, stream.socket().reactor().in(within), shaken));
  }
  bool secure() const { return shaken && shaken->has_value(); }
  bool refused() const { return shaken && !shaken->has_value(); }
  // Everything that can be read now; `status` says how it ended.
  std::string read() {
    std::string all;
    std::array<char, 20'000> some;
    while (true) {
      const io::IoResult got = stream.read(some);
      status = got.status;
      if (got.status != io::IoStatus::ok) return all;
      all.append(some.data(), got.bytes);
    }
  }
  io::IoResult write(std::string_view text, io::Flush flush = io::Flush::now) {
    return stream.write({text.data(), text.size()}, flush);
  }

  io::Scope scope;
  TlsStream stream;
  std::optional<Result<Ok>> shaken;
  io::IoStatus status = io::IoStatus::ok;

 private:
  static io::Task<void> run(TlsStream& stream, io::Deadline deadline,
                            std::optional<Result<Ok>>& into) {
    into = co_await stream.handshake(deadline);
  }
};

// The far end of a socket, for scripts: bytes as they come and go.
class FarEnd {
 public:
  explicit FarEnd(io::Fd fd) : fd_(std::move(fd)) {}

  void send(std::string_view bytes) const {
    const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    EXPECT_EQ(sent, static_cast<ssize_t>(bytes.size()));
  }
  // What one call gets: on a packet socket that is what one write of the peer sent.
  std::string receive() {
    std::string some(256 * 1024, '\0');
    const auto got = ::recv(fd_.get(), some.data(), some.size(), 0);
    ended_ = got == 0;
    return got < 0 ? "" : some.substr(0, static_cast<std::size_t>(got));
  }
  bool ended() const { return ended_; }
  void close() { fd_.reset(); }
  void shutdown_write() const { ::shutdown(fd_.get(), SHUT_WR); }
  int fd() const { return fd_.get(); }

 private:
  io::Fd fd_;
  bool ended_ = false;
};

// Both ends in one thread: a server, and whatever talks to it.
class TlsTest : public io::testing::ReactorTest {
 protected:
  TlsTest() {
    answer_with(Profile::intermediate);
    serve({});
    trust({.anchors = {ca().anchor()}, .alpn = {"http/1.1"}});
  }

  static const TestCa& ca() {
    static const TestCa made;
    return made;
  }
  static const CredentialPtr& ecdsa() {
    static const CredentialPtr made = ca().credential("a.example");
    return made;
  }
  static const CredentialPtr& rsa() {
    static const CredentialPtr made =
        ca().credential("a.example", {.key = crypto::KeyType::rsa2048});
    return made;
  }

  void answer_with(Profile profile, std::uint32_t policy = 0) {
    selector.answer = [=](const ClientHello&) {
      return Answer{.credential = ecdsa(), .profile = profile, .policy = policy};
    };
  }
  void answer_with(const CredentialPtr& credential, Profile profile = Profile::intermediate) {
    selector.answer = [=](const ClientHello&) {
      return Answer{.credential = credential, .profile = profile};
    };
  }
  // The listener and every name have this profile.
  void serve_all(Profile profile) {
    answer_with(profile);
    serve({.profile = profile});
  }
  void serve(const ServerOptions& options) {
    server_context = ServerContext::make(options, selector, seed, clock).value();
  }
  void trust(const ClientContext::Options& options) {
    client_context = ClientContext::make(options).value();
  }

  static std::pair<io::Fd, io::Fd> pair(int type = SOCK_STREAM) {
    std::array<int, 2> fds{};
    EXPECT_EQ(socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    return {io::Fd(fds[0]), io::Fd(fds[1])};
  }
  std::unique_ptr<End> server_end(io::Fd fd) {
    return std::make_unique<End>(reactor, std::move(fd), wire, *server_context);
  }
  std::unique_ptr<End> client_end(io::Fd fd, std::string_view name = "a.example") {
    return std::make_unique<End>(reactor, std::move(fd), wire, *client_context, server_name(name));
  }

  struct Connection {
    std::unique_ptr<End> server;
    std::unique_ptr<End> client;
    bool secure() const { return server->secure() && client->secure(); }
  };
  // A server and our client after their handshake, whatever came of it.
  Connection connect(std::string_view name = "a.example") {
    auto [near, far] = pair();
    Connection made{server_end(std::move(near)), client_end(std::move(far), name)};
    made.server->shake();
    made.client->shake();
    settle();
    return made;
  }

  Wire wire;
  ScriptedSelector selector;
  TicketSeed seed = TicketSeed::random(clock.wall());
  std::unique_ptr<ServerContext> server_context;
  std::unique_ptr<ClientContext> client_context;
};

}  // namespace gatehouse::tls::testing
