#pragma once

#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "admin/server.h"
#include "admin/testing/fake_authority_desk.h"
#include "admin/testing/fake_certificate_desk.h"
#include "admin/testing/fake_control_plane.h"
#include "api/connect.h"
#include "base/testing.h"
#include "io/testing.h"

namespace gatehouse::admin::testing {

// Neither root nor the user that the server runs as: whoever connects is this one.
inline Peer somebody() { return {1001, 100, 4242, {4, 27}, "anna"}; }

inline RolePolicy policy_that_makes_somebody(control::Role role) {
  constexpr uid_t kOwn = 999;
  const std::vector<std::string> some{"1001"};
  const std::vector<std::string> nobody;
  return {kOwn, role == control::Role::administrator ? some : nobody,
          role == control::Role::reader ? some : nobody, SystemAccounts()};
}

// A client that sends and receives bytes and never waits.
class Client {
 public:
  explicit Client(io::Fd fd) : fd_(std::move(fd)) {}

  // As much of it as the socket takes.
  std::size_t send(std::string_view bytes) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  // What has come since the last time.
  std::string receive() {
    std::string all;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = ::recv(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT)) > 0) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    ended_ = ended_ || got == 0 || errno != EAGAIN;
    return all;
  }
  // The server's side has ended, as far as receive() has seen.
  bool ended() const { return ended_; }
  void end_our_side() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }

 private:
  io::Fd fd_;
  bool ended_ = false;
};

// A server on a reactor whose time stands still, and clients over socket pairs.
class ServerTest : public io::testing::ReactorTest {
 protected:
  ServerTest() {
    policy(control::Role::administrator);
    server.serve_certificates(certificates);
    server.serve_authorities(authorities);
  }
  ~ServerTest() override { stop(); }

  void policy(control::Role role) { server.set_policy(policy_that_makes_somebody(role)); }

  Client connect() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    server.serve(io::Fd(ends[0]));
    settle();
    return Client(io::Fd(ends[1]));
  }
  // One exchange on a connection of its own.
  std::string ask(std::string_view bytes) {
    Client client = connect();
    client.send(bytes);
    settle();
    return client.receive();
  }
  std::string call(std::string_view method, std::string_view json) {
    return ask(request(method, json));
  }
  static std::string request(std::string_view method, std::string_view json,
                             std::string_view fields = {}) {
    return fmt::format(
        "POST /gatehouse.v1.{} HTTP/1.1\r\nHost: gatehouse\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n{}\r\n{}",
        method, json.size(), fields, json);
  }
  static std::string watch_request() {
    const std::string body = api::envelope(0, "{}");
    return fmt::format(
               "POST /gatehouse.v1.EventService/Watch HTTP/1.1\r\nHost: gatehouse\r\n"
               "Content-Type: application/connect+json\r\nContent-Length: {}\r\n\r\n",
               body.size()) +
           body;
  }
  static std::string body_of(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    return end == answer.npos ? "" : answer.substr(end + 4);
  }

  void stop(std::chrono::nanoseconds within = std::chrono::seconds{1}) {
    if (!stopping_) {
      stopping_ = true;
      ends_.spawn(stop_server(server, reactor.in(within), stopped_));
    }
    settle();
    if (!stopped_) advance(within + std::chrono::seconds{1});
    EXPECT_TRUE(stopped_);
  }
  // Begins to stop; the deadline is not reached.
  void begin_stop(std::chrono::nanoseconds within) {
    stopping_ = true;
    ends_.spawn(stop_server(server, reactor.in(within), stopped_));
    settle();
  }
  bool stopped() const { return stopped_; }

  gatehouse::testing::MemoryFile log_file;
  EventLog events{{.format = EventLogOptions::Format::json, .fd = log_file.fd()}, clock};
  FakeControlPlane plane{reactor};
  FakeCertificateDesk certificates;
  FakeAuthorityDesk authorities;
  Server server{reactor, plane, events, RolePolicy(999),
                [](int) -> Result<Peer> { return somebody(); }};

 private:
  static io::Task<void> stop_server(Server& server, io::Deadline deadline, bool& stopped) {
    co_await server.stop(deadline);
    stopped = true;
  }

  io::Scope ends_{reactor};
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace gatehouse::admin::testing
