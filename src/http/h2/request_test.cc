#include "http/h2/request.h"

#include <gtest/gtest.h>

#include "http/forwarding.h"
#include "http/h2/testing/h2_peer.h"

namespace gatehouse::http {
namespace {

using testing::FieldList;
using testing::get;
using testing::post;
using testing::with;

// A request together with the texts that it borrows.
struct Read {
  explicit Read(const FieldList& list, bool ended = true, const HeadLimits& limits = {}) {
    for (const auto& [name, value] : list) fields.add(name, value, limits.bytes);
    refusal = read_h2_request(fields, ended, limits, head);
  }
  int status() const { return refusal ? refusal->status : 0; }
  std::string what() const { return refusal ? std::string(refusal->what) : ""; }

  FieldBlock fields;
  RequestHead head;
  std::optional<Refusal> refusal;
};

std::string upstream_text(const RequestHead& head) {
  std::string out(head.size + kForwardingGrowth, '#');
  out.resize(build_upstream_request(out, head, {.address = "192.0.2.7"}, {}).value());
  return out;
}

TEST(H2Request, holds_what_the_client_said) {
  const Read read(
      with(with(get("/a?b=c", "a.example:8443"), "accept", "text/html"), "x-empty", ""));
  ASSERT_FALSE(read.refusal) << read.what();
  EXPECT_EQ(read.head.major, 2);
  EXPECT_EQ(read.head.method, Method::get);
  EXPECT_EQ(read.head.method_text, "GET");
  EXPECT_EQ(read.head.target, "/a?b=c");
  EXPECT_EQ(read.head.path, "/a");
  EXPECT_EQ(read.head.query, "b=c");
  EXPECT_EQ(read.head.authority_text, "a.example:8443");
  EXPECT_EQ(read.head.target_scheme, Scheme::unsaid);
  EXPECT_EQ(read.head.body, BodyLength::none());
  EXPECT_EQ(read.head.fields.size(), 2U);
  EXPECT_EQ(read.head.fields.value(FieldId::accept), "text/html");
  EXPECT_FALSE(read.head.accepts_trailers);
  EXPECT_FALSE(read.head.expect_continue);
}

TEST(H2Request, becomes_the_request_of_http_1_that_says_the_same) {
  const Read read(with(with(post("/form"), "content-length", "3"), "x-a", "1"), false);
  ASSERT_FALSE(read.refusal) << read.what();
  EXPECT_EQ(read.head.body, BodyLength::exact(3));
  const std::string text = upstream_text(read.head);
  EXPECT_TRUE(text.starts_with("POST /form HTTP/1.1\r\nHost: a.example\r\nx-a: 1\r\n")) << text;
  EXPECT_NE(text.find("Content-Length: 3\r\n"), std::string::npos) << text;
}

// RFC 9113 section 8.2.3.
TEST(H2Request, has_one_cookie_field_of_all_its_crumbs) {
  FieldList list = get();
  for (const char* crumb : {"a=1", "b=2", "c=3"}) list = with(std::move(list), "cookie", crumb);
  const Read read(with(std::move(list), "accept", "*/*"));
  ASSERT_FALSE(read.refusal) << read.what();
  EXPECT_EQ(read.head.fields.count(FieldId::cookie), 1U);
  EXPECT_EQ(read.head.fields.value(FieldId::cookie), "a=1; b=2; c=3");
  EXPECT_EQ(read.head.fields.value(FieldId::accept), "*/*");
}

TEST(H2Request, without_authority_is_for_its_host) {
  const Read read(
      {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "b.example"}});
  ASSERT_FALSE(read.refusal) << read.what();
  EXPECT_EQ(read.head.authority_text, "b.example");
}

TEST(H2Request, may_say_its_authority_twice_if_both_are_the_same) {
  const Read read(with(get(), "host", "A.example"));
  ASSERT_FALSE(read.refusal) << read.what();
  EXPECT_EQ(upstream_text(read.head).find("A.example"), std::string::npos);
}

TEST(H2Request, with_content_of_unknown_length_is_chunked_further_on) {
  const Read read(post(), false);
  ASSERT_FALSE(read.refusal);
  EXPECT_EQ(read.head.body, BodyLength::chunked());
}

TEST(H2Request, says_that_it_waits_and_that_it_takes_trailers) {
  const Read read(with(with(post(), "expect", "100-continue"), "te", "trailers"), false);
  ASSERT_FALSE(read.refusal) << read.what();
  EXPECT_TRUE(read.head.expect_continue);
  EXPECT_TRUE(read.head.accepts_trailers);
}

TEST(H2Request, of_a_whole_server_is_an_asterisk) {
  FieldList list = get("*");
  list[0].second = "OPTIONS";
  EXPECT_EQ(Read(list).head.path, "*");
  EXPECT_EQ(Read(get("*")).status(), 400);
}

// RFC 8441.
TEST(H2Request, for_a_websocket_is_an_upgrade_with_a_key_of_its_own) {
  FieldList list = get("/chat");
  list[0].second = "CONNECT";
  list = with(with(std::move(list), ":protocol", "websocket"), "sec-websocket-version", "13");
  const Read read(
      with(with(with(list, "cookie", "a=1"), "cookie", "b=2"), "sec-websocket-key", "x"), false);
  ASSERT_FALSE(read.refusal) << read.what();
  EXPECT_EQ(read.head.upgrade, Upgrade::websocket);
  EXPECT_EQ(read.head.method, Method::get);
  EXPECT_EQ(read.head.body, BodyLength::none());
  EXPECT_EQ(read.head.fields.value(FieldId::cookie), "a=1; b=2");
  const std::string_view key = read.head.fields.value(FieldId::sec_websocket_key);
  EXPECT_EQ(key.size(), 24U);
  EXPECT_TRUE(key.ends_with("=="));
  const std::string text = upstream_text(read.head);
  EXPECT_TRUE(text.starts_with("GET /chat HTTP/1.1\r\n")) << text;
  EXPECT_NE(text.find("Connection: Upgrade\r\nUpgrade: websocket\r\n"), std::string::npos) << text;
  const Read again(list, false);
  EXPECT_NE(again.head.fields.value(FieldId::sec_websocket_key), key);
}

struct Malformed {
  std::string_view why;
  FieldList fields;
  bool ended = true;
  int status = 400;
};
void PrintTo(const Malformed& one, std::ostream* out) { *out << one.why; }

FieldList without(std::string_view name) {
  FieldList list = get();
  std::erase_if(list, [&](const auto& field) { return field.first == name; });
  return list;
}
FieldList changed(std::string_view name, std::string_view value) {
  FieldList list = get();
  for (auto& field : list) {
    if (field.first == name) field.second = value;
  }
  return list;
}

FieldList tunnel(std::string_view protocol) {
  return with(changed(":method", "CONNECT"), ":protocol", protocol);
}

class MalformedRequest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedRequest, is_refused) {
  const Read read(GetParam().fields, GetParam().ended);
  EXPECT_EQ(read.status(), GetParam().status) << read.what();
  EXPECT_FALSE(read.what().empty());
}

using namespace std::string_view_literals;

INSTANTIATE_TEST_SUITE_P(
    Pseudo, MalformedRequest,
    ::testing::Values(
        Malformed{"no method", without(":method")}, Malformed{"no scheme", without(":scheme")},
        Malformed{"no path", without(":path")}, Malformed{"no host", without(":authority")},
        Malformed{"empty path", changed(":path", "")},
        Malformed{"empty authority", changed(":authority", "")},
        Malformed{"empty method", changed(":method", "")},
        Malformed{"method twice", with(get(), ":method", "GET")},
        Malformed{"path twice", with(get(), ":path", "/")},
        Malformed{"a protocol without tunnel", with(get(), ":protocol", "websocket"), false},
        Malformed{"another protocol", tunnel("connect-udp"), false, 501},
        Malformed{"a WebSocket that has ended", tunnel("websocket")},
        Malformed{"a WebSocket of three bytes", with(tunnel("websocket"), "content-length", "3"),
                  false},
        Malformed{"unknown", with(get(), ":other", "1")},
        Malformed{"of responses", with(get(), ":status", "200")},
        Malformed{"behind a field", with(with(without(":path"), "accept", "*/*"), ":path", "/")},
        Malformed{"a URL for a path", changed(":path", "https://b.example/")},
        Malformed{"a path without slash", changed(":path", "a")},
        Malformed{"a scheme of its own", changed(":scheme", "ftp")},
        Malformed{"a tunnel", changed(":method", "CONNECT"), true, 501},
        Malformed{"an echo", changed(":method", "TRACE"), true, 501},
        Malformed{"a user in the authority", changed(":authority", "me@a.example")},
        Malformed{"another host", with(get(), "host", "b.example")},
        Malformed{"two hosts", with(with(get(), "host", "a.example"), "host", "a.example")}));

INSTANTIATE_TEST_SUITE_P(
    Injection, MalformedRequest,
    ::testing::Values(
        Malformed{"CRLF in a value", with(get(), "x", "1\r\nhost: b.example")},
        Malformed{"LF in a value", with(get(), "x", "1\nb: 2")},
        Malformed{"NUL in a value", with(get(), "x", "1\0"sv)},
        Malformed{"CRLF in a name", with(get(), "x: 1\r\ny", "2")},
        Malformed{"colon in a name", with(get(), "x:y", "2")},
        Malformed{"space in a name", with(get(), "x ", "2")},
        Malformed{"upper case in a name", with(get(), "X-A", "2")},
        Malformed{"an empty name", with(get(), "", "2")},
        Malformed{"space around a value", with(get(), "x", " 2")},
        Malformed{"space behind a value", with(get(), "x", "2\t")},
        Malformed{"a second line in the path", changed(":path", "/ HTTP/1.1\r\nx: y")},
        Malformed{"space in the path", changed(":path", "/a b")},
        Malformed{"a line in the method", changed(":method", "GET / HTTP/1.1\r\nx: y\r\n\r\nGET")},
        Malformed{"a line in the authority", changed(":authority", "a.example\r\nx: y")},
        Malformed{"a line in the scheme", changed(":scheme", "https\r\n")}));

INSTANTIATE_TEST_SUITE_P(
    Fields, MalformedRequest,
    ::testing::Values(
        Malformed{"connection", with(get(), "connection", "close")},
        Malformed{"keep-alive", with(get(), "keep-alive", "1")},
        Malformed{"proxy-connection", with(get(), "proxy-connection", "close")},
        Malformed{"transfer-encoding", with(get(), "transfer-encoding", "chunked")},
        Malformed{"upgrade", with(get(), "upgrade", "websocket")},
        Malformed{"te", with(get(), "te", "gzip")},
        Malformed{"two lengths", with(with(post(), "content-length", "1"), "content-length", "1"),
                  false},
        Malformed{"a length that is none", with(post(), "content-length", "1, 1"), false},
        Malformed{"a length and no content", with(post(), "content-length", "1")},
        Malformed{"another expectation", with(post(), "expect", "tea"), false, 417}));

TEST(H2Request, beyond_the_limits_is_too_large) {
  const HeadLimits small{.bytes = 200, .fields = 2};
  EXPECT_EQ(Read(with(get(), "x", std::string(100, 'x')), true, small).status(), 431);
  EXPECT_EQ(
      Read(with(with(with(get(), "a", ""), "b", ""), "c", ""), true, {.bytes = 1000, .fields = 2})
          .status(),
      431);
}

TEST(H2Trailers, keep_what_may_come_behind_content) {
  FieldBlock block;
  block.add("x-sum", "7", 1000);
  block.add("content-length", "9", 1000);
  Trailers trailers;
  ASSERT_TRUE(read_h2_trailers(block, trailers));
  ASSERT_EQ(trailers.fields().size(), 1U);
  EXPECT_EQ(trailers.fields()[0].name(), "x-sum");
  EXPECT_EQ(trailers.fields()[0].value(), "7");
}

TEST(H2Trailers, with_other_lines_inside_or_pseudo_fields_are_malformed) {
  for (const auto& [name, value] :
       FieldList{{"x", "1\r\ny: 2"}, {"x\r\ny", "2"}, {":path", "/"}, {"X", "1"}, {"x", "\0"}}) {
    FieldBlock block;
    block.add(name, name == "x" && value.empty() ? std::string_view("\0", 1) : value, 1000);
    Trailers trailers;
    EXPECT_FALSE(read_h2_trailers(block, trailers)) << name;
  }
  FieldBlock large;
  large.add("x", "1", 10);
  Trailers trailers;
  EXPECT_FALSE(read_h2_trailers(large, trailers));
}

}  // namespace
}  // namespace gatehouse::http
