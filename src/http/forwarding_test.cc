#include "http/forwarding.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/testing.h"

namespace gatehouse::http {
namespace {

using testing::answer_with;
using testing::get_with;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::post_with;
using testing::TestRequest;
using testing::TestResponse;

constexpr ClientFacts kClient{
    .address = "192.0.2.7", .scheme = Scheme::https, .port = 8443, .trusted = false};
constexpr ClientFacts kProxy{
    .address = "10.0.0.1", .scheme = Scheme::http, .port = 80, .trusted = true};

std::string forwarded(const TestRequest& request, const ClientFacts& client = kClient,
                      const UpstreamRequest& how = {}) {
  EXPECT_TRUE(request.complete()) << request.what();
  std::string out(16 * 1024, '#');
  const auto size = build_upstream_request(out, *request.head, client, how);
  return size ? out.substr(0, *size) : "does not fit";
}

std::string answered(const TestResponse& response, const ClientResponse& how) {
  EXPECT_TRUE(response.complete()) << response.what();
  std::string out(16 * 1024, '#');
  const auto size = build_client_response(out, *response.head, how);
  return size ? out.substr(0, *size) : "does not fit";
}

TEST(UpstreamRequest, is_written_anew_with_who_asked) {
  EXPECT_EQ(forwarded(TestRequest("GET http://A.example:8443/x?y HTTP/1.1\r\n"
                                  "Accept:  text/html \r\nHost: a.example:8443\r\n"
                                  "Connection: keep-alive\r\n\r\n")),
            "GET /x?y HTTP/1.1\r\n"
            "Host: A.example:8443\r\n"
            "Accept: text/html\r\n"
            "X-Forwarded-For: 192.0.2.7\r\n"
            "X-Forwarded-Proto: https\r\n"
            "X-Forwarded-Host: A.example:8443\r\n"
            "X-Forwarded-Port: 8443\r\n"
            "Forwarded: for=192.0.2.7;host=\"A.example:8443\";proto=https\r\n"
            "\r\n");
}

TEST(UpstreamRequest, quotes_ipv6_addresses_in_forwarded) {
  ClientFacts client = kClient;
  client.address = "2001:db8::1";
  const std::string text = forwarded(TestRequest(get_with("")), client);
  EXPECT_THAT(text, HasSubstr("X-Forwarded-For: 2001:db8::1\r\n"));
  EXPECT_THAT(text, HasSubstr("Forwarded: for=\"[2001:db8::1]\";host="));
}

constexpr std::string_view kClaims =
    "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: gopher\r\nX-Forwarded-Host: "
    "evil.example\r\n"
    "X-Forwarded-Port: 1\r\nForwarded: for=203.0.113.9\r\nX-Real-IP: 203.0.113.9\r\n"
    "X-Forwarded-User: root\r\nX_Forwarded_For: 203.0.113.9\r\n";

TEST(UpstreamRequest, drops_what_a_client_claims_about_itself) {
  const std::string text = forwarded(TestRequest(get_with(kClaims)));
  EXPECT_THAT(text, Not(HasSubstr("203.0.113.9")));
  EXPECT_THAT(text, Not(HasSubstr("evil")));
  EXPECT_THAT(text, Not(HasSubstr("gopher")));
  EXPECT_THAT(text, Not(HasSubstr("root")));
  EXPECT_EQ(text, forwarded(TestRequest(get_with(""))));
}

TEST(UpstreamRequest, extends_what_a_trusted_proxy_says) {
  const std::string text = forwarded(
      TestRequest(get_with(std::string(kClaims) + "X-Forwarded-For: 198.51.100.1\r\n")), kProxy);
  EXPECT_THAT(text, HasSubstr("X-Forwarded-For: 203.0.113.9, 198.51.100.1, 10.0.0.1\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Forwarded-Proto: gopher\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Forwarded-Host: evil.example\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Forwarded-Port: 1\r\n"));
  EXPECT_THAT(
      text,
      HasSubstr("Forwarded: for=203.0.113.9, for=10.0.0.1;host=\"a.example\";proto=http\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Real-IP: 203.0.113.9\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Forwarded-User: root\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("X_Forwarded_For")));
}

TEST(UpstreamRequest, translates_the_chain_of_a_proxy_that_does_not_know_forwarded) {
  const std::string text = forwarded(
      TestRequest(get_with("X-Forwarded-For: 203.0.113.9, 2001:db8::5, hidden\r\n")), kProxy);
  EXPECT_THAT(text, HasSubstr("Forwarded: for=203.0.113.9, for=\"[2001:db8::5]\", for=unknown, "
                              "for=10.0.0.1;host="));
}

TEST(UpstreamRequest, never_carries_a_client_certificate_from_outside) {
  const std::string lines =
      "Client-Cert: :AAAA:\r\nClient-Cert-Chain: :AAAA:\r\nclient_cert: x\r\nX-SSL-Client-Cert: "
      "x\r\n"
      "X_SSL_Client_S_DN: x\r\nSSL-Client-Verify: SUCCESS\r\nX-Forwarded-Client-Cert: x\r\n";
  EXPECT_EQ(forwarded(TestRequest(get_with(lines))), forwarded(TestRequest(get_with(""))));
  EXPECT_EQ(forwarded(TestRequest(get_with(lines)), kProxy),
            forwarded(TestRequest(get_with("")), kProxy));
}

TEST(UpstreamRequest, drops_hop_by_hop_fields_and_httpoxy) {
  const std::string lines =
      "Connection: close, x-hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTE: gzip\r\n"
      "Upgrade: h2c\r\nHTTP2-Settings: AAA\r\nProxy: evil:80\r\nTrailer: X\r\n";
  EXPECT_EQ(forwarded(TestRequest(get_with(lines))), forwarded(TestRequest(get_with(""))));
}

TEST(UpstreamRequest, carries_the_framing_of_its_own_content) {
  EXPECT_THAT(forwarded(TestRequest(post_with("content-length: 0012\r\n"))),
              HasSubstr("\r\nContent-Length: 12\r\n"));
  EXPECT_THAT(forwarded(TestRequest(post_with("Transfer-Encoding: Chunked\r\nTrailer: X-A\r\n"))),
              ::testing::AllOf(HasSubstr("\r\nTransfer-Encoding: chunked\r\n"),
                               HasSubstr("\r\nTrailer: X-A\r\n")));
  const TestRequest request(post_with("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(forwarded(request, kClient, {.body = BodyLength::exact(3)}),
              ::testing::AllOf(HasSubstr("\r\nContent-Length: 3\r\n"),
                               Not(HasSubstr("Transfer-Encoding"))));
}

TEST(UpstreamRequest, asks_for_a_websocket_and_for_trailers_in_its_own_words) {
  EXPECT_THAT(forwarded(TestRequest(
                  get_with("connection: keep-alive, UPGRADE\r\nupgrade: h2c, WebSocket\r\n"
                           "Sec-WebSocket-Key: AAAA\r\n"))),
              ::testing::AllOf(HasSubstr("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"),
                               HasSubstr("Sec-WebSocket-Key: AAAA\r\n"), Not(HasSubstr("h2c"))));
  EXPECT_THAT(forwarded(TestRequest(get_with("TE: trailers, gzip\r\nConnection: te\r\n"))),
              HasSubstr("\r\nTE: trailers\r\nConnection: TE\r\n"));
}

TEST(UpstreamRequest, passes_expect_on_only_when_it_means_something) {
  const TestRequest request(post_with("Expect: 100-continue\r\nContent-Length: 1\r\n"));
  EXPECT_THAT(forwarded(request), HasSubstr("\r\nExpect: 100-continue\r\n"));
  EXPECT_THAT(forwarded(request, kClient, {.pass_expect = false}), Not(HasSubstr("Expect")));
  EXPECT_THAT(forwarded(TestRequest(post_with("Expect: 100-continue\r\n"))),
              Not(HasSubstr("Expect")));
}

TEST(UpstreamRequest, has_a_host_even_if_the_client_sent_none) {
  EXPECT_THAT(forwarded(TestRequest("GET / HTTP/1.0\r\n\r\n"), kClient,
                        {.fallback_host = "127.0.0.1:3000"}),
              HasSubstr("GET / HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n"));
}

TEST(UpstreamRequest, has_one_request_id_when_it_is_ours) {
  const TestRequest request(get_with("X-Request-Id: theirs\r\n"));
  EXPECT_THAT(forwarded(request), HasSubstr("X-Request-Id: theirs\r\n"));
  EXPECT_THAT(forwarded(request, kClient, {.request_id = "ours"}),
              ::testing::AllOf(HasSubstr("X-Request-Id: ours\r\n"), Not(HasSubstr("theirs"))));
}

TEST(UpstreamRequest, belongs_to_the_trace_of_the_client_or_to_ours) {
  const TestRequest request(get_with("traceparent: theirs\r\ntracestate: a=b\r\n"));
  EXPECT_THAT(forwarded(request), HasSubstr("traceparent: theirs\r\ntracestate: a=b\r\n"));
  EXPECT_THAT(forwarded(request, kClient, {.traceparent = "ours"}),
              ::testing::AllOf(HasSubstr("traceparent: ours\r\n"), Not(HasSubstr("theirs")),
                               Not(HasSubstr("tracestate"))));
}

TEST(UpstreamRequest, does_not_fit_into_too_little_room) {
  const TestRequest request(get_with("A: b\r\n"));
  const std::size_t needed = forwarded(request).size();
  std::string out(needed, '#');
  EXPECT_TRUE(build_upstream_request(out, *request.head, kClient, {}));
  EXPECT_FALSE(
      build_upstream_request(std::span(out).first(needed - 1), *request.head, kClient, {}));
}

TEST(ClientFraming, keeps_lengths_and_chunks_what_has_none) {
  const auto framing = [](std::string_view lines, std::uint8_t minor) {
    return client_framing(*TestResponse(answer_with(lines)).head, minor);
  };
  EXPECT_EQ(framing("Content-Length: 5\r\n", 1), BodyLength::exact(5));
  EXPECT_EQ(framing("", 1), BodyLength::chunked());
  EXPECT_EQ(framing("Transfer-Encoding: chunked\r\n", 1), BodyLength::chunked());
  EXPECT_EQ(framing("Transfer-Encoding: chunked\r\n", 0), BodyLength::until_close());
  EXPECT_EQ(framing("Content-Length: 5\r\n", 0), BodyLength::exact(5));
}

TEST(ClientResponse, is_written_anew) {
  EXPECT_EQ(
      answered(TestResponse("HTTP/1.0 200 Fine\r\nContent-Type:text/plain\r\n"
                            "content-length: 007\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\n"
                            "Keep-Alive: timeout=5\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n"),
               {.body = BodyLength::exact(7), .date = "Sun, 06 Nov 1994 08:49:37 GMT"}),
      "HTTP/1.1 200 Fine\r\nContent-Type: text/plain\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"
      "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 7\r\n\r\n");
}

TEST(ClientResponse, keeps_the_date_of_the_upstream) {
  const std::string text = answered(TestResponse(answer_with("Date: then\r\n")),
                                    {.body = BodyLength::chunked(), .date = "now"});
  EXPECT_THAT(text, HasSubstr("Date: then\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("now")));
}

TEST(ClientResponse, says_what_becomes_of_the_connection) {
  const TestResponse response(answer_with("Content-Length: 0\r\nConnection: close\r\n"));
  const ClientResponse keep{.body = BodyLength::exact(0)};
  EXPECT_THAT(answered(response, keep), Not(HasSubstr("Connection")));
  EXPECT_THAT(answered(response, {.body = BodyLength::exact(0), .keep_alive = false}),
              HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answered(response, {.body = BodyLength::exact(0), .client_minor = 0}),
              HasSubstr("\r\nConnection: keep-alive\r\n"));
}

TEST(ClientResponse, frames_the_content_as_the_client_gets_it) {
  const TestResponse response(answer_with(""));
  EXPECT_THAT(answered(response, {.body = BodyLength::chunked()}),
              HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  const std::string old = answered(
      response, {.body = BodyLength::until_close(), .keep_alive = false, .client_minor = 0});
  EXPECT_THAT(old, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(old, HasSubstr("Connection: close\r\n"));
}

TEST(ClientResponse, tells_the_length_of_content_that_does_not_come) {
  const TestResponse head(answer_with("Content-Length: 9\r\n"), {.head = true});
  EXPECT_THAT(answered(head, {}), HasSubstr("\r\nContent-Length: 9\r\n"));
  const TestResponse unchanged("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
  EXPECT_THAT(answered(unchanged, {}), HasSubstr("\r\nContent-Length: 9\r\n"));
  const TestResponse empty("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(answered(empty, {}), Not(HasSubstr("Content-Length")));
}

TEST(ClientResponse, may_be_interim_or_the_beginning_of_a_tunnel) {
  const TestResponse hints("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\n\r\n");
  EXPECT_EQ(answered(hints, {.keep_alive = false, .date = "now"}),
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  const TestResponse tunnel(
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: upgrade\r\n"
      "Sec-WebSocket-Accept: x\r\n\r\n",
      {.upgrade = Upgrade::websocket});
  EXPECT_EQ(answered(tunnel, {.date = "now"}),
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
}

TEST(ClientResponse, tells_that_a_websocket_is_required) {
  const TestResponse response(
      "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(answered(response, {.body = BodyLength::exact(0)}),
              HasSubstr("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
}

TEST(ClientResponse, announces_trailers_only_to_who_wants_them) {
  const TestResponse response(answer_with("Transfer-Encoding: chunked\r\nTrailer: X-A\r\n"));
  EXPECT_THAT(answered(response, {.body = BodyLength::chunked()}), Not(HasSubstr("Trailer")));
  EXPECT_THAT(answered(response, {.body = BodyLength::chunked(), .accepts_trailers = true}),
              HasSubstr("Trailer: X-A\r\n"));
}

TEST(ClientAddress, is_the_last_that_no_trusted_proxy_vouches_for) {
  const auto of = [](std::string_view peer, std::string_view lines) {
    const TestRequest request(get_with(lines));
    return std::string(client_address(peer, request->fields, [](std::string_view address) {
      return address.starts_with("10.");
    }));
  };
  const std::string_view chain =
      "X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\nX-Forwarded-For: 10.0.0.9\r\n";
  EXPECT_EQ(of("192.0.2.7", chain), "192.0.2.7");
  EXPECT_EQ(of("10.0.0.1", chain), "203.0.113.9");
  EXPECT_EQ(of("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(of("10.0.0.1", "X-Forwarded-For: 10.0.0.2, 10.0.0.3\r\n"), "10.0.0.2");
}

}  // namespace
}  // namespace gatehouse::http
