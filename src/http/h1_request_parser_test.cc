#include <string>

#include <gtest/gtest.h>

#include "base/server_name.h"
#include "http/h1_parser.h"
#include "http/testing.h"

namespace gatehouse::http {
namespace {

using testing::get_with;
using testing::post_with;
using testing::TestRequest;

constexpr std::string_view kBrowser =
    "GET /search?q=edge&n=10 HTTP/1.1\r\n"
    "Host: files.example.com:8443\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
    "Accept:text/html \t\r\n"
    "X-Empty:\r\n"
    "Cookie: a=1; b=\xc3\xa9\r\n"
    "Connection: keep-alive\r\n"
    "\r\n";

TEST(RequestHead, holds_what_the_client_said) {
  const TestRequest request(kBrowser);
  ASSERT_TRUE(request.complete()) << request.what();
  EXPECT_EQ(request->method, Method::get);
  EXPECT_EQ(request->method_text, "GET");
  EXPECT_EQ(request->target, "/search?q=edge&n=10");
  EXPECT_EQ(request->path, "/search");
  EXPECT_EQ(request->query, "q=edge&n=10");
  EXPECT_EQ(request->authority_text, "files.example.com:8443");
  EXPECT_EQ(request->minor, 1);
  EXPECT_TRUE(request->keep_alive);
  EXPECT_EQ(request->body, BodyLength::none());
  EXPECT_EQ(request->size, kBrowser.size());
  EXPECT_EQ(request->fields.size(), 6U);
  EXPECT_EQ(request->fields.value(FieldId::accept), "text/html");
  EXPECT_EQ(request->fields.find("x-empty")->value(), "");
  EXPECT_TRUE(request->fields.find(FieldId::connection)->hop_by_hop());
  EXPECT_FALSE(request->fields.find(FieldId::cookie)->hop_by_hop());
}

TEST(RequestHead, ends_where_the_next_message_begins) {
  const TestRequest request(std::string(kBrowser) + "GET /next HTTP/1.1\r\n");
  ASSERT_TRUE(request.complete());
  EXPECT_EQ(request->size, kBrowser.size());
}

TEST(RequestHead, is_the_same_at_every_split) {
  const std::string text(kBrowser);
  for (std::size_t split = 0; split < text.size(); ++split) {
    HeadProgress progress;
    RequestHead head;
    const std::string first = text.substr(0, split);
    ASSERT_EQ(parse_request_head(first, {}, progress, head).state, Parsed::incomplete) << split;
    ASSERT_EQ(parse_request_head(text, {}, progress, head).state, Parsed::complete) << split;
    EXPECT_EQ(head.path, "/search");
    EXPECT_EQ(head.fields.size(), 6U);
    EXPECT_EQ(head.size, text.size());
  }
}

TEST(RequestHead, may_arrive_byte_by_byte_and_no_byte_is_scanned_twice) {
  const std::string text(kBrowser);
  HeadProgress progress;
  RequestHead head;
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto so_far = std::string_view(text).substr(0, size);
    ASSERT_EQ(parse_request_head(so_far, {}, progress, head).state, Parsed::incomplete) << size;
    EXPECT_GE(progress.scanned + 1, size);
  }
  EXPECT_EQ(parse_request_head(text, {}, progress, head).state, Parsed::complete);
}

TEST(RequestHead, may_come_behind_one_empty_line) {
  const TestRequest request("\r\n" + get_with(""));
  ASSERT_TRUE(request.complete());
  EXPECT_EQ(request->size, get_with("").size() + 2);
  EXPECT_EQ(TestRequest("\r\n\r\n" + get_with("")).status(), 400);
  EXPECT_EQ(TestRequest("\r\n").result.state, Parsed::incomplete);
  EXPECT_EQ(TestRequest("\r").result.state, Parsed::incomplete);
}

TEST(RequestHead, knows_the_methods_and_passes_on_others) {
  const std::pair<std::string_view, Method> methods[] = {
      {"GET", Method::get},        {"HEAD", Method::head},   {"POST", Method::post},
      {"PUT", Method::put},        {"PATCH", Method::patch}, {"DELETE", Method::delete_},
      {"PROPFIND", Method::other}, {"get", Method::other},   {"OPTIONS", Method::options}};
  for (const auto& [text, method] : methods) {
    const TestRequest request(std::string(text) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(request.complete()) << text;
    EXPECT_EQ(request->method, method);
    EXPECT_EQ(request->method_text, text);
  }
}

TEST(RequestHead, offers_neither_tunnels_nor_echoes) {
  EXPECT_EQ(TestRequest("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n").status(), 501);
  EXPECT_EQ(TestRequest("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n").status(), 501);
  EXPECT_EQ(TestRequest(std::string(33, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n").status(), 501);
}

TEST(RequestHead, takes_1_0_and_1_1_only) {
  EXPECT_TRUE(TestRequest("GET / HTTP/1.0\r\n\r\n").complete());
  for (const std::string_view version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"}) {
    const TestRequest request("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n");
    EXPECT_EQ(request.status(), 505) << version;
  }
  for (const std::string_view version : {"HTTP/1", "http/1.1", "HTTP/1.1 ", "HTTP/11", "HTTP/1.10",
                                         "HTTP/1,1", "HTTPS/1.1", "", "HTTP/a.1"}) {
    const TestRequest request("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n");
    EXPECT_EQ(request.status(), 400) << version;
  }
  EXPECT_EQ(TestRequest("GET /\r\n\r\n").status(), 400);
}

TEST(RequestHead, tells_http2_with_prior_knowledge_apart) {
  const TestRequest request("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_EQ(request.status(), 505);
  EXPECT_EQ(request.result.refusal.kind, Refusal::Kind::http2_preface);
}

TEST(RequestHead, tells_a_tls_handshake_on_a_plain_port_apart_I8) {
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  EXPECT_EQ(TestRequest(hello).result.refusal.kind, Refusal::Kind::tls_client_hello);
  EXPECT_EQ(TestRequest(hello.substr(0, 2)).result.refusal.kind, Refusal::Kind::tls_client_hello);
  EXPECT_EQ(TestRequest(hello.substr(0, 1)).result.state, Parsed::incomplete);
  EXPECT_EQ(TestRequest("\x16\x04").result.refusal.kind, Refusal::Kind::malformed);
}

TEST(RequestHead, has_limits_and_says_which_was_met) {
  const HeadLimits small{.bytes = 100, .fields = 3};
  EXPECT_EQ(TestRequest("GET /" + std::string(200, 'a'), small).status(), 414);
  EXPECT_EQ(TestRequest("\r\nGET /" + std::string(200, 'a'), small).status(), 414);
  EXPECT_EQ(TestRequest("GET / HTTP/1.1\r\nA: " + std::string(200, 'a'), small).status(), 431);
  EXPECT_EQ(TestRequest(get_with("A: 1\r\nB: 2\r\n"), small).result.state, Parsed::complete);
  EXPECT_EQ(TestRequest(get_with("A: 1\r\nB: 2\r\nC: 3\r\n"), small).status(), 431);
  EXPECT_EQ(TestRequest(get_with(std::string(1025, 'n') + ": v\r\n")).status(), 400);
}

TEST(RequestHead, of_exactly_the_limit_is_taken_and_one_byte_more_is_not) {
  const std::string text = get_with("");
  EXPECT_TRUE(TestRequest(text, {.bytes = text.size()}).complete());
  EXPECT_EQ(TestRequest(text, {.bytes = text.size() - 1}).status(), 431);
  // Bytes behind the head do not count.
  EXPECT_TRUE(TestRequest(text + std::string(500, 'x'), {.bytes = text.size()}).complete());
}

TEST(RequestHead, takes_as_many_fields_as_there_is_room_for) {
  std::string lines;
  for (std::size_t i = 1; i < kMaxFields; ++i) lines += "A: 1\r\n";
  EXPECT_TRUE(TestRequest(get_with(lines)).complete());
  EXPECT_EQ(TestRequest(get_with(lines + "A: 1\r\n")).status(), 431);
  EXPECT_EQ(TestRequest(get_with(lines + "A: 1\r\n"), {.fields = 1000}).status(), 431);
}

TEST(RequestHead, says_how_much_content_follows) {
  EXPECT_EQ(TestRequest(post_with(""))->body, BodyLength::none());
  EXPECT_EQ(TestRequest(post_with("Content-Length: 0\r\n"))->body, BodyLength::exact(0));
  EXPECT_EQ(TestRequest(post_with("Content-Length:  42 \r\n"))->body, BodyLength::exact(42));
  EXPECT_EQ(TestRequest(post_with("content-length: 0005\r\n"))->body, BodyLength::exact(5));
  EXPECT_EQ(TestRequest(post_with("Content-Length: 9223372036854775807\r\n"))->body,
            BodyLength::exact(0x7fffffffffffffff));
  EXPECT_EQ(TestRequest(post_with("Transfer-Encoding: chunked\r\n"))->body, BodyLength::chunked());
  EXPECT_EQ(TestRequest(post_with("transfer-encoding: CHUNKED\r\n"))->body, BodyLength::chunked());
}

TEST(RequestHead, tells_content_that_upstreams_may_overlook) {
  EXPECT_TRUE(TestRequest(get_with("Content-Length: 5\r\n"))->has_unexpected_content());
  EXPECT_FALSE(TestRequest(get_with("Content-Length: 0\r\n"))->has_unexpected_content());
  EXPECT_FALSE(TestRequest(post_with("Content-Length: 5\r\n"))->has_unexpected_content());
}

TEST(RequestHead, keeps_the_connection_as_the_version_and_connection_say) {
  EXPECT_TRUE(TestRequest(get_with(""))->keep_alive);
  EXPECT_FALSE(TestRequest(get_with("Connection: close\r\n"))->keep_alive);
  EXPECT_FALSE(TestRequest(get_with("Connection: x, CLOSE ,keep-alive\r\n"))->keep_alive);
  EXPECT_FALSE(TestRequest(get_with("Connection: a\r\nConnection: close\r\n"))->keep_alive);
  EXPECT_FALSE(TestRequest("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  EXPECT_TRUE(TestRequest("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")->keep_alive);
}

TEST(RequestHead, marks_the_fields_that_connection_names) {
  const TestRequest request(
      get_with("X-Hop: 1\r\nConnection: x-hop, x-gone\r\nx-HOP: 2\r\nX-End: 3\r\n"));
  ASSERT_TRUE(request.complete());
  for (const Field& field : request->fields) {
    const bool expected =
        equal_ignoring_case(field.name(), "x-hop") || field.id() == FieldId::connection;
    EXPECT_EQ(field.hop_by_hop(), expected) << field.name();
  }
}

TEST(RequestHead, may_not_take_end_to_end_fields_away_by_connection) {
  for (const std::string_view name :
       {"Host", "Content-Length", "Authorization", "Cookie", "X-Forwarded-For", "X-Forwarded-User",
        "Forwarded", "X-Real-IP", "X_Forwarded_For", "Client-Cert", "Expect", "Content-Type"}) {
    const TestRequest request(get_with("Connection: close, " + std::string(name) + "\r\n"));
    EXPECT_EQ(request.status(), 400) << name;
  }
}

TEST(RequestHead, may_not_name_absurdly_many_fields_in_connection) {
  std::string names = "close";
  for (int i = 0; i < 16; ++i) names += ", x" + std::to_string(i);
  EXPECT_TRUE(TestRequest(get_with("Connection: " + names + "\r\n")).complete());
  EXPECT_EQ(TestRequest(get_with("Connection: " + names + ", x16\r\n")).status(), 400);
}

TEST(RequestHead, waits_for_100_only_with_content_and_in_1_1) {
  const std::string_view expect = "Expect: 100-Continue\r\n";
  EXPECT_TRUE(
      TestRequest(post_with("Content-Length: 3\r\n" + std::string(expect)))->expect_continue);
  EXPECT_FALSE(TestRequest(post_with(expect))->expect_continue);
  const TestRequest old("POST / HTTP/1.0\r\nContent-Length: 3\r\n" + std::string(expect) + "\r\n");
  ASSERT_TRUE(old.complete());
  EXPECT_FALSE(old->expect_continue);
  EXPECT_EQ(TestRequest(post_with("Expect: a-pony\r\n")).status(), 417);
}

TEST(RequestHead, upgrades_to_websocket_and_to_nothing_else_M2) {
  const auto upgrade = [](std::string_view lines) { return TestRequest(get_with(lines))->upgrade; };
  EXPECT_EQ(upgrade("Connection: Upgrade\r\nUpgrade: websocket\r\n"), Upgrade::websocket);
  EXPECT_EQ(upgrade("Connection: keep-alive, upgrade\r\nUpgrade: WebSocket\r\n"),
            Upgrade::websocket);
  EXPECT_EQ(upgrade("Upgrade: websocket\r\n"), Upgrade::none);
  EXPECT_EQ(upgrade("Connection: Upgrade\r\n"), Upgrade::none);
  EXPECT_EQ(upgrade("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n"),
            Upgrade::none);
  EXPECT_EQ(upgrade("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n"),
            Upgrade::none);
  const std::string lines = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  EXPECT_EQ(TestRequest(post_with(lines))->upgrade, Upgrade::none);
  EXPECT_EQ(TestRequest("GET / HTTP/1.0\r\n" + lines + "\r\n")->upgrade, Upgrade::none);
}

TEST(RequestHead, knows_whether_trailers_are_welcome) {
  EXPECT_TRUE(TestRequest(get_with("TE: trailers\r\nConnection: TE\r\n"))->accepts_trailers);
  EXPECT_TRUE(TestRequest(get_with("TE: gzip, Trailers\r\n"))->accepts_trailers);
  EXPECT_FALSE(TestRequest(get_with("TE: gzip\r\n"))->accepts_trailers);
}

TEST(RequestHead, refusal_is_a_sentence_for_the_client) {
  const TestRequest request(get_with("Host: b\r\n"));
  EXPECT_EQ(request_sentence(request.result.refusal), "The request has more than one Host field.");
}

}  // namespace
}  // namespace gatehouse::http
