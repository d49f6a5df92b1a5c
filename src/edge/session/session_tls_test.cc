#include <gmock/gmock.h>

#include "edge/session/session.h"
#include "edge/session/testing.h"
#include "tls/testing.h"

namespace gatehouse::edge {
namespace {

using testing::Edge;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kGet;
using testing::Peer;
using ::testing::StartsWith;
using tls::testing::End;
using namespace std::chrono_literals;

// Clients of a TLS listener with two names of different TLS policies.
class SessionTls : public Edge {
 protected:
  SessionTls() {
    publish("a.example", 0);
    publish("*.a.example", 0);
    publish("b.example", 1);
    selector.answer = [](const tls::ClientHello& hello) {
      const bool b = hello.server_name && hello.server_name->text() == "b.example";
      return tls::Answer{.credential = credential(),
                         .profile = b ? tls::Profile::modern : tls::Profile::intermediate,
                         .policy = b ? 1U : 0U};
    };
    server = tls::ServerContext::make({}, selector, seed, clock).value();
    client = tls::ClientContext::make({.anchors = {ca().anchor()}}).value();
    listener->tls = server.get();
    listener->routes = &names;
  }

  static const tls::testing::TestCa& ca() {
    static const tls::testing::TestCa made;
    return made;
  }
  static const tls::CredentialPtr& credential() {
    static const tls::CredentialPtr made = ca().credential("a.example");
    return made;
  }
  void publish(std::string_view name, std::uint32_t policy) {
    auto site = std::make_shared<Site>(std::string(name), policy);
    site->add_route("/", BuiltIn::welcome);
    site->add_route("/app", Forward{set});
    names.add(NamePattern::parse(name).value(), site);
  }
  std::pair<io::Fd, io::Fd> sockets() {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    return {io::Fd(fds[0]), io::Fd(fds[1])};
  }
  // A client after its handshake, for which it sent the name a.example.
  std::unique_ptr<End> shake_hands() {
    open();
    auto [near, far] = sockets();
    scope.spawn(serve_connection(
        *thread, listener, {std::move(near), io::SocketAddress::ip("192.0.2.7", 4711).value()}));
    auto end = std::make_unique<End>(reactor, std::move(far), wire, *client,
                                     tls::testing::server_name("a.example"));
    end->shake();
    settle();
    EXPECT_TRUE(end->secure());
    return end;
  }
  std::string ask(End& end, std::string_view host, std::string_view path = "/") {
    (void)end.write(fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", path, host));
    settle();
    return end.read();
  }

  RouteTable names;
  tls::testing::ScriptedSelector selector;
  tls::TicketSeed seed = tls::TicketSeed::random(clock.wall());
  std::unique_ptr<tls::ServerContext> server;
  std::unique_ptr<tls::ClientContext> client;
  tls::Wire wire;
};

TEST_F(SessionTls, the_name_of_the_handshake_and_the_host_of_the_request_are_read_alike) {
  const auto end = shake_hands();
  for (const std::string_view host : {"a.example", "A.Example", "a.example.", "a.example:8080"}) {
    EXPECT_THAT(ask(*end, host), StartsWith("HTTP/1.1 200 ")) << host;
  }
}

TEST_F(SessionTls, another_name_of_the_same_policy_may_use_the_connection) {
  const auto end = shake_hands();
  EXPECT_THAT(ask(*end, "www.a.example"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(SessionTls, a_name_of_another_policy_is_misdirected) {
  const auto end = shake_hands();
  for (const std::string_view host : {"b.example", "B.EXAMPLE.", "b.example:8080"}) {
    EXPECT_THAT(ask(*end, host), StartsWith("HTTP/1.1 421 ")) << host;
  }
  EXPECT_THAT(ask(*end, "a.example"), StartsWith("HTTP/1.1 200 ")) << "the connection lives on";
}

TEST_F(SessionTls, an_absolute_target_does_not_get_around_the_policy) {
  const auto end = shake_hands();
  EXPECT_THAT(ask(*end, "b.example", "https://b.example/"), StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(ask(*end, "a.example", "https://b.example/"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(SessionTls, a_name_that_nobody_publishes_is_404) {
  const auto end = shake_hands();
  EXPECT_THAT(ask(*end, "other.example"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(SessionTls, a_client_that_has_left_ends_the_request_at_the_application) {
  auto end = shake_hands();
  EXPECT_THAT(ask(*end, "a.example", "/app"), IsEmpty());
  const auto app_side = taken_by_app();
  ASSERT_TRUE(app_side);
  end.reset();
  settle();
  (void)app_side->heard();
  EXPECT_TRUE(app_side->ended());
  EXPECT_EQ(thread->open_sessions, 0u);
}

TEST_F(SessionTls, an_answer_that_was_cut_short_ends_without_a_goodbye) {
  const auto end = shake_hands();
  (void)ask(*end, "a.example", "/app");
  const auto app_side = taken_by_app();
  app_side->say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
  settle();
  app_side->leave();
  settle();
  EXPECT_THAT(end->read(), EndsWith("12345"));
  (void)end->read();
  EXPECT_EQ(end->status, io::IoStatus::failed);
}

TEST_F(SessionTls, a_last_answer_ends_with_a_goodbye) {
  const auto end = shake_hands();
  (void)end->write("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n");
  settle();
  EXPECT_THAT(end->read(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(end->status, io::IoStatus::closed);
}

TEST_F(SessionTls, I8_plain_http_on_a_tls_port_is_answered_with_a_sentence) {
  Peer plain = connect();
  EXPECT_THAT(answer_to(plain, kGet), HasSubstr("This port speaks HTTPS"));
  EXPECT_TRUE(plain.ended());
}

TEST_F(SessionTls, a_handshake_that_does_not_come_ends_at_its_deadline) {
  Peer silent = connect();
  advance(9s);
  (void)silent.heard();
  EXPECT_FALSE(silent.ended());
  advance(2s);
  (void)silent.heard();
  EXPECT_TRUE(silent.ended());
}

TEST_F(SessionTls, the_welcome_page_tells_how_it_was_reached) {
  const auto end = shake_hands();
  const std::string page = ask(*end, "a.example");
  EXPECT_THAT(page, HasSubstr("TLS 1.3"));
  // Which suite it is depends on the machine: AES where the processor has it.
  EXPECT_THAT(page, HasSubstr(tls::cipher_suite_text(end->stream.info().cipher_suite)));
  EXPECT_THAT(page, HasSubstr("TLS_"));
}

TEST_F(SessionTls, half_a_record_now_and_then_does_not_keep_a_connection_open) {
  const auto end = shake_hands();
  (void)ask(*end, "a.example");
  ASSERT_EQ(thread->open_sessions, 1u);
  const std::string_view record("\x17\x03\x03\x01\x01", 5);
  for (const char& part : record.substr(0, 4)) {
    end->stream.socket().send({&part, 1});
    settle();
    advance(20s);
  }
  EXPECT_EQ(thread->open_sessions, 0u);
}

}  // namespace
}  // namespace gatehouse::edge
