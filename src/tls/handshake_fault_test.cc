#include "tls/bare_client.h"

namespace gatehouse::tls::testing {
namespace {

class Fault : public BareTest {
 protected:
  struct Raw {
    std::unique_ptr<End> server;
    FarEnd client;
  };
  Raw raw() {
    auto [near, far] = pair();
    Raw made{server_end(std::move(near)), FarEnd(std::move(far))};
    made.server->shake();
    settle();
    return made;
  }
  // What becomes of a client that says this and nothing more.
  Raw say(std::string_view bytes) {
    Raw made = raw();
    made.client.send(bytes);
    settle();
    return made;
  }
  std::string hello(std::size_t most = 1 << 20) {
    auto [near, far] = pair();
    BareClient client(std::move(far));
    client.step();
    FarEnd end(std::move(near));
    return end.receive().substr(0, most);
  }
  static HandshakeFault fault(const Raw& made) {
    return made.server->refused() ? made.server->stream.fault() : HandshakeFault::none;
  }
};

TEST_F(Fault, a_client_that_says_nothing_runs_out_of_time) {
  const Raw made = raw();
  advance(9s);
  EXPECT_FALSE(made.server->shaken);
  advance(1s + io::TimerWheel::kTick);
  EXPECT_EQ(fault(made), HandshakeFault::timed_out);
  EXPECT_EQ(made.server->shaken->error().kind, ErrorKind::timed_out);
}

TEST_F(Fault, single_bytes_do_not_move_the_deadline) {
  const Raw made = raw();
  const std::string whole = hello();
  for (std::size_t i = 0; i < 20; ++i) {
    made.client.send(whole.substr(i, 1));
    advance(1s);
  }
  EXPECT_EQ(fault(made), HandshakeFault::timed_out);
}

TEST_F(Fault, a_client_that_never_answers_our_flight_runs_out_of_time) {
  const Raw made = say(hello());
  EXPECT_FALSE(made.server->shaken);
  advance(11s);
  EXPECT_EQ(fault(made), HandshakeFault::timed_out);
}

TEST_F(Fault, a_client_that_leaves_before_its_hello_has_left) {
  Raw made = raw();
  made.client.close();
  settle();
  EXPECT_EQ(fault(made), HandshakeFault::peer_left);
  EXPECT_EQ(made.server->shaken->error().fault, gatehouse::Fault::client);
}

TEST_F(Fault, a_client_that_leaves_in_the_middle_has_left) {
  for (const std::size_t part : {1u, 4u, 100u, 1u << 20}) {
    Raw made = say(hello(part));
    EXPECT_FALSE(made.server->shaken) << part;
    made.client.close();
    settle();
    EXPECT_EQ(fault(made), HandshakeFault::peer_left) << part;
  }
}

TEST_F(Fault, a_client_that_ends_its_side_without_a_word_has_left) {
  const Raw made = say(hello(50));
  made.client.shutdown_write();
  settle();
  EXPECT_EQ(fault(made), HandshakeFault::peer_left);
}

TEST_F(Fault, plain_http_is_recognised_and_answered_in_its_own_words) {
  for (const std::string_view request :
       {"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "POST /x HTTP/1.1\r\n\r\n",
        "HEAD / HTTP/1.0\r\n\r\n", "PUT /x HTTP/1.1\r\n\r\n",
        "CONNECT a.example:443 HTTP/1.1\r\n"}) {
    Raw made = say(request);
    ASSERT_EQ(fault(made), HandshakeFault::plain_http) << request;
    made.server->stream.answer_plainly("HTTP/1.1 400 Bad Request\r\n\r\n");
    EXPECT_EQ(made.client.receive(), "HTTP/1.1 400 Bad Request\r\n\r\n");
  }
}

TEST_F(Fault, plain_http_in_two_pieces_is_recognised_too) {
  Raw made = say("GE");
  EXPECT_FALSE(made.server->shaken);
  made.client.send("T / HTTP/1.1\r\n\r\n");
  settle();
  EXPECT_EQ(fault(made), HandshakeFault::plain_http);
  made.server->stream.answer_plainly("no");
  EXPECT_EQ(made.client.receive(), "no");
}

TEST_F(Fault, what_is_no_tls_is_a_bad_message) {
  using namespace std::string_view_literals;
  for (const std::string_view bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n"sv, "\0\0\0\0\0\0\0\0\0\0\0"sv,
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv, "\x16\x03\x01\xff\xff too long a record"sv,
        "\x17\x03\x03\x00\x05hello"sv, "\x16\x03\x01\x00\x04\x01\x00\x00\x00"sv,
        "\x15\x03\x01\x00\x02\x07\x07"sv}) {
    EXPECT_EQ(fault(say(bytes)), HandshakeFault::bad_message) << bytes;
  }
}

TEST_F(Fault, a_close_in_place_of_a_hello_is_a_client_that_left) {
  using namespace std::string_view_literals;
  EXPECT_EQ(fault(say("\x15\x03\x01\x00\x02\x01\x00"sv)), HandshakeFault::peer_left);
}

TEST_F(Fault, a_hello_of_no_end_is_refused_before_it_fills_the_memory) {
  const Raw made = raw();
  using namespace std::string_view_literals;
  made.client.send("\x16\x03\x01\x40\x00\x01\xff\xff\xff"sv);
  made.client.send(std::string(16 * 1024 - 4, 'x'));
  settle();
  EXPECT_EQ(fault(made), HandshakeFault::bad_message);
}

TEST_F(Fault, a_client_that_does_not_trust_us_says_so) {
  trust({.anchors = {TestCa().anchor()}, .alpn = {}});
  const Connection made = connect();
  EXPECT_TRUE(made.client->refused());
  ASSERT_TRUE(made.server->refused());
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::alerted);
  EXPECT_NE(made.server->stream.failure().find("unknown CA"), std::string::npos)
      << made.server->stream.failure();
}

TEST_F(Fault, a_credential_that_cannot_be_used_is_our_fault) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  const std::string junk = "this is no certificate";
  const std::array chain{as_bytes(junk)};
  answer_with(std::make_shared<const Credential>(chain, key));
  const Connection made = connect();
  ASSERT_TRUE(made.server->refused());
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::ours);
  EXPECT_EQ(made.server->shaken->error().fault, gatehouse::Fault::ours);
}

TEST_F(Fault, the_flight_of_a_server_waits_for_a_client_that_does_not_read) {
  auto [near, far] = pair();
  const FarEnd twin(io::Fd(dup(near.get())));
  const std::string filler(1 << 20, 'f');
  std::size_t filled = 0;
  ssize_t sent = 0;
  while ((sent = ::send(twin.fd(), filler.data(), filler.size(), MSG_NOSIGNAL)) > 0) {
    filled += static_cast<std::size_t>(sent);
  }
  const auto server = server_end(std::move(near));
  BareClient client(std::move(far));
  server->shake();
  const std::string first = [&] {
    SSL_do_handshake(client.native());
    return client.take_output();
  }();
  client.far().send(first);
  settle();
  EXPECT_FALSE(server->shaken);
  while (filled > 0) {
    const std::size_t got = client.far().receive().size();
    ASSERT_GT(got, 0u);
    filled -= got;
  }
  run(client);
  EXPECT_TRUE(server->secure());
  EXPECT_TRUE(client.secure());
}

TEST_F(Fault, a_client_that_does_not_read_our_flight_runs_out_of_time) {
  auto [near, far] = pair();
  const FarEnd twin(io::Fd(dup(near.get())));
  const std::string filler(1 << 20, 'f');
  while (::send(twin.fd(), filler.data(), filler.size(), MSG_NOSIGNAL) > 0) {
  }
  const auto server = server_end(std::move(near));
  const FarEnd client(std::move(far));
  server->shake();
  client.send(hello());
  advance(11s);
  ASSERT_TRUE(server->refused());
  EXPECT_EQ(server->stream.fault(), HandshakeFault::timed_out);
}

TEST_F(Fault, every_class_has_a_word_for_the_log) {
  EXPECT_EQ(text(HandshakeFault::none), "ok");
  EXPECT_EQ(text(HandshakeFault::plain_http), "plain_http");
  EXPECT_EQ(text(HandshakeFault::ours), "ours");
}

TEST_F(Fault, after_a_failed_handshake_everything_fails) {
  const Raw made = say("garbage, not TLS");
  ASSERT_TRUE(made.server->refused());
  std::array<char, 8> some;
  EXPECT_TRUE(made.server->stream.may_read());
  EXPECT_EQ(made.server->stream.read(some).status, io::IoStatus::failed);
  EXPECT_EQ(made.server->write("x").status, io::IoStatus::failed);
  EXPECT_EQ(made.server->stream.flush().status, io::IoStatus::failed);
  made.server->stream.close_write();
  EXPECT_FALSE(made.server->stream.failure().empty());
}

}  // namespace
}  // namespace gatehouse::tls::testing
