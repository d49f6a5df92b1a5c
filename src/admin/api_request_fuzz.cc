// Whatever a client sends, it gets well-formed answers and nothing else: no crash, no task, watcher
// or connection that stays behind, and no change through a peer that may not change anything.
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include "admin/server.h"
#include "admin/testing/fake_certificate_desk.h"
#include "admin/testing/fake_control_plane.h"
#include "api/json.h"
#include "http/h1_body.h"
#include "http/h1_parser.h"

namespace gatehouse::admin {
namespace {

using namespace std::chrono_literals;
using control::Role;

void require(bool holds) {
  if (!holds) std::abort();
}

class NoAccounts final : public Accounts {
 public:
  std::optional<uid_t> user(const std::string& name) const override {
    return name == "anna" ? std::optional<uid_t>(1001) : std::nullopt;
  }
  std::optional<gid_t> group(const std::string& /*name*/) const override { return std::nullopt; }
};

RolePolicy policy_for(Role role) {
  const std::vector<std::string> anna{"anna"};
  const std::vector<std::string> nobody;
  return {999, role == Role::administrator ? anna : nobody, role == Role::reader ? anna : nobody,
          NoAccounts()};
}

struct World {
  explicit World(Role role)
      : server(reactor, plane, events, policy_for(role),
               [](int) -> Result<Peer> { return Peer{1001, 100, 1, {}, "anna"}; }) {
    int ends[2];
    server.serve_certificates(certificates);
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    server.serve(io::Fd(ends[0]));
    client = io::Fd(ends[1]);
  }

  void settle() {
    while (reactor.run_once(0ms)) {
    }
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      settle();
      receive();
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void receive() {
    char buffer[16384];
    ssize_t got = 0;
    while ((got = ::recv(client.get(), buffer, sizeof buffer, 0)) > 0) {
      answers.append(buffer, static_cast<std::size_t>(got));
    }
  }

  FakeClock clock;
  io::Reactor reactor{clock};
  EventLog events{{.fd = -1}, clock};
  testing::FakeControlPlane plane{reactor};
  testing::FakeCertificateDesk certificates;
  Server server;
  io::Fd client;
  std::string answers;
};

void check_answer(const http::ResponseHead& head, std::string_view content) {
  if (head.status == 100 || head.status == 200 || content.empty()) return;
  api::ConnectError error;
  require(api::from_json(content, error).has_value());
  require(!error.code().empty() && !error.message().empty());
}

// Every answer is whole, except for a stream that was still open.
void check_answers(std::string& text, bool stream_ended) {
  std::size_t at = 0;
  while (at < text.size()) {
    http::ResponseHead head;
    http::HeadProgress progress;
    const std::string_view rest = std::string_view(text).substr(at);
    const auto parsed = http::parse_response_head(rest, {}, {}, progress, head);
    require(parsed.state == http::Parsed::complete);
    at += head.size;
    // The answer to HEAD has no content; what has begins with a brace.
    if (head.status >= 400 && !std::string_view(text).substr(at).starts_with('{')) continue;
    http::BodyDecoder decoder(head.body);
    const auto step = decoder.decode({text.data() + at, text.size() - at});
    require(step.has_value());
    const bool open_stream = head.body.kind == http::BodyLength::Kind::chunked && !stream_ended;
    require(decoder.done() || open_stream);
    check_answer(head, {step->data.data(), step->data.size()});
    at += step->consumed;
  }
}

io::Task<void> stop(World& world, bool& stopped) {
  co_await world.server.stop(world.reactor.in(1s));
  stopped = true;
}

void talk(World& world, std::string_view bytes, bool half_close) {
  world.settle();
  // In two pieces, so that what is looked at while it is incomplete is not at its end only.
  world.send(bytes.substr(0, bytes.size() / 2));
  world.send(bytes.substr(bytes.size() / 2));
  if (half_close) ::shutdown(world.client.get(), SHUT_WR);
  world.plane.tell("something happened");
  world.settle();
  world.receive();
}

void leave(World& world) {
  world.clock.advance(61s);
  world.reactor.run_once(0ms);
  world.settle();
  world.receive();
  bool stopped = false;
  io::Scope ends(world.reactor);
  ends.spawn(stop(world, stopped));
  world.settle();
  world.receive();
  world.clock.advance(3s);
  world.reactor.run_once(0ms);
  world.settle();
  require(stopped && world.server.connections() == 0 && world.server.watchers() == 0);
  require(world.plane.listening() == 0 && world.plane.cancelled == 0);
}

}  // namespace
}  // namespace gatehouse::admin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::admin;
  using gatehouse::control::Role;
  if (size == 0) return 0;
  const auto role = static_cast<Role>(data[0] % 3);
  const bool half_close = (data[0] & 0x80) != 0;
  World world(role);
  talk(world, {reinterpret_cast<const char*>(data) + 1, size - 1}, half_close);
  leave(world);
  check_answers(world.answers, true);
  require(role == Role::administrator || world.plane.changes.empty());
  return 0;
}
