#include "tls/probe.h"

#include <gmock/gmock.h>

#include "tls/testing.h"

namespace gatehouse::tls::testing {
namespace {

using ::testing::HasSubstr;
using End_ = Observation::End;

// A probe whose steps run in a scope of its own, and the far end of its connection.
class ProbeTest : public TlsTest {
 protected:
  struct Look {
    std::optional<Observation> seen;
    std::optional<Result<std::string>> answer;
  };

  static ServerName name() { return server_name("a.example"); }
  // A handshake with a server of ours, and a question if one is asked.
  Look look(ProbeOptions options, const AnonymousRequest* request = nullptr,
            std::string_view answer = "") {
    auto [near, far] = pair();
    const auto server = server_end(std::move(near));
    server->shake();
    Look look;
    io::Scope scope(reactor);
    Probe probe(reactor, std::move(far), options);
    scope.spawn(run(probe, request, reactor.in(10s), look));
    settle();
    if (request != nullptr && server->secure()) {
      heard = server->read();
      server->write(answer, io::Flush::last);
      settle();
    }
    end(scope);
    return look;
  }
  // A handshake with somebody who sends these bytes; then the far end is closed, or kept.
  Observation told(std::string_view bytes, bool close = true) {
    auto [near, far] = pair();
    FarEnd script(std::move(near));
    Look look;
    io::Scope scope(reactor);
    Probe probe(reactor, std::move(far), {.server_name = name()});
    scope.spawn(run(probe, nullptr, reactor.in(10s), look));
    settle();
    hello = script.receive();
    script.send(bytes);
    if (close) script.close();
    settle();
    if (!look.seen) advance(11s);
    end(scope);
    return *look.seen;
  }

  std::string heard;
  std::string hello;

  static io::Task<void> run(Probe& probe, const AnonymousRequest* request, io::Deadline deadline,
                            Look& into) {
    if (!co_await probe.connect(deadline)) co_return;
    into.seen = co_await probe.handshake(deadline);
    if (request == nullptr || !into.seen->completed()) co_return;
    if (const auto sent = co_await probe.ask(*request, deadline); !sent) co_return;
    into.answer = co_await read_all(probe, deadline);
  }

 private:
  static io::Task<Result<std::string>> read_all(Probe& probe, io::Deadline deadline) {
    std::string all;
    std::array<char, 64> some;
    while (true) {
      auto got = co_await probe.read(some, deadline);
      if (!got) co_return pass_on(got);
      if (*got == 0) co_return all;
      all.append(some.data(), *got);
    }
  }
  void end(io::Scope& scope) {
    scope.cancel();
    while (scope.running() > 0) reactor.run_once(0ms);
  }
};

TEST_F(ProbeTest, sees_what_was_agreed_on) {
  const Look seen = look({.server_name = name(), .alpn = {"h2", "http/1.1"}});
  ASSERT_TRUE(seen.seen && seen.seen->completed());
  EXPECT_EQ(seen.seen->info.version, TLS1_3_VERSION);
  EXPECT_EQ(group_text(seen.seen->info.group), "X25519MLKEM768");
  EXPECT_NE(seen.seen->info.cipher_suite, 0);
  EXPECT_EQ(seen.seen->alpn, "http/1.1");
  EXPECT_FALSE(seen.seen->asked_for_certificate);
}

TEST_F(ProbeTest, sees_the_chain_without_trusting_it) {
  const TestCa stranger;
  answer_with(stranger.credential("b.example"));
  const Look seen = look({.server_name = name()});
  ASSERT_TRUE(seen.seen && seen.seen->completed());
  ASSERT_EQ(seen.seen->chain.size(), 1u);
  EXPECT_EQ(seen.seen->chain.front().common_name(), "b.example");
}

TEST_F(ProbeTest, offers_the_versions_and_groups_that_it_was_told_to) {
  const Look old = look({.server_name = name(),
                         .oldest = TLS1_2_VERSION,
                         .newest = TLS1_2_VERSION,
                         .groups = "P-256"});
  ASSERT_TRUE(old.seen && old.seen->completed());
  EXPECT_EQ(old.seen->info.version, TLS1_2_VERSION);
  EXPECT_EQ(group_text(old.seen->info.group), "P-256");
}

TEST_F(ProbeTest, is_told_by_an_alert_that_a_version_is_too_old) {
  const Look ancient =
      look({.server_name = name(), .oldest = TLS1_VERSION, .newest = TLS1_1_VERSION});
  ASSERT_TRUE(ancient.seen);
  EXPECT_EQ(ancient.seen->end, End_::alerted);
  EXPECT_EQ(ancient.seen->alert, SSL_AD_PROTOCOL_VERSION);
  EXPECT_THAT(ancient.seen->reason, HasSubstr("protocol version"));
  EXPECT_EQ(ancient.seen->info.version, 0);
}

TEST_F(ProbeTest, says_a_name_only_when_there_is_one) {
  (void)told("");
  EXPECT_NE(hello.find("a.example"), std::string::npos);
  (void)look({});
  EXPECT_FALSE(selector.seen.back().server_name);
  (void)look({.server_name = server_name("192.0.2.7")});
  EXPECT_FALSE(selector.seen.back().server_name);
}

TEST_F(ProbeTest, A9_asks_and_hears_the_answer_to_its_end) {
  const auto request = AnonymousRequest::get("a.example", "/x").value();
  const Look seen = look({.server_name = name()}, &request, "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(heard, request.text());
  ASSERT_TRUE(seen.answer && seen.answer->has_value());
  EXPECT_EQ(seen.answer->value(), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_F(ProbeTest, I8_recognises_a_server_that_speaks_http) {
  EXPECT_EQ(told("HTTP/1.1 400 Bad Request\r\n\r\n").end, End_::plain_http);
}

TEST_F(ProbeTest, tells_what_is_not_tls_from_tls_that_is_wrong) {
  EXPECT_EQ(told("SSH-2.0-OpenSSH_9.2\r\n").end, End_::not_tls);
  EXPECT_EQ(told(std::string_view("\x16\x03\x03\x00\x04\x63\x00\x00\x00", 9)).end,
            End_::misbehaved);
  const Observation alert = told(std::string_view("\x15\x03\x03\x00\x02\x02\x28", 7));
  EXPECT_EQ(alert.end, End_::alerted);
  EXPECT_EQ(alert.alert, SSL_AD_HANDSHAKE_FAILURE);
}

TEST_F(ProbeTest, a_server_that_leaves_or_says_nothing_is_told_apart) {
  const Observation left = told("");
  EXPECT_EQ(left.end, End_::closed);
  EXPECT_THAT(left.reason, HasSubstr("closed the connection"));
  const Observation silent = told("", false);
  EXPECT_EQ(silent.end, End_::timed_out);
}

TEST_F(ProbeTest, does_not_take_a_message_without_end) {
  // A ServerHello that announces 16 MiB.
  std::string bytes("\x16\x03\x03\x40\x00\x02\xff\xff\xff", 9);
  bytes.resize(5 + 16'384, '\0');
  EXPECT_EQ(told(bytes, false).end, End_::misbehaved);
}

TEST_F(ProbeTest, cancelled_it_ends) {
  auto [near, far] = pair();
  Look look;
  io::Scope scope(reactor);
  Probe probe(reactor, std::move(far), {});
  scope.spawn(run(probe, nullptr, io::Deadline::never(), look));
  settle();
  EXPECT_FALSE(look.seen);
  scope.cancel();
  settle();
  ASSERT_TRUE(look.seen);
  EXPECT_EQ(look.seen->end, End_::ours);
}

// ------------------------------------------------------------------ what it may say

TEST(AnonymousRequest, holds_a_host_and_a_path_and_nothing_else) {
  EXPECT_EQ(AnonymousRequest::get("A.example:8443", "/x?y=1")->text(),
            "GET /x?y=1 HTTP/1.1\r\nHost: a.example:8443\r\nUser-Agent: gatehouse-check\r\n"
            "Accept: */*\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(AnonymousRequest::get("[2001:DB8::7]")->text(), HasSubstr("Host: [2001:db8::7]\r\n"));
}

TEST(AnonymousRequest, cannot_be_made_to_say_more) {
  for (const auto& [authority, path] : {std::pair("a.example", ""),
                                        {"a.example", "x"},
                                        {"a.example", "/ HTTP/1.1\r\nCookie: a=b"},
                                        {"a.example", "/\r\n"},
                                        {"a.example", "/ "},
                                        {"a.example", "/#x"},
                                        {"a.example", "/\xc3\xbc"},
                                        {"user@a.example", "/"},
                                        {"a.example\r\nCookie: a=b", "/"},
                                        {"", "/"}}) {
    EXPECT_FALSE(AnonymousRequest::get(authority, path)) << authority << path;
  }
  EXPECT_FALSE(AnonymousRequest::get("a.example", "/" + std::string(2000, 'x')));
}

}  // namespace
}  // namespace gatehouse::tls::testing
