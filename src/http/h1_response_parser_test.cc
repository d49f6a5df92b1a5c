#include <string>

#include <gtest/gtest.h>

#include "http/h1_parser.h"
#include "http/testing.h"

namespace gatehouse::http {
namespace {

using testing::answer_with;
using testing::TestResponse;

constexpr ResponseContext kHead{.head = true};
constexpr ResponseContext kWebSocket{.upgrade = Upgrade::websocket};

TEST(ResponseHead, holds_what_the_upstream_said) {
  const TestResponse response(
      "HTTP/1.1 404 Not Found Here\r\nServer: app\r\nContent-Length: 12\r\n\r\nbody");
  ASSERT_TRUE(response.complete()) << response.what();
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->reason, "Not Found Here");
  EXPECT_EQ(response->body, BodyLength::exact(12));
  EXPECT_EQ(response->declared_length, 12U);
  EXPECT_TRUE(response->keep_alive);
  EXPECT_EQ(response->size, response.text->size() - 4);
}

TEST(ResponseHead, is_the_same_at_every_split) {
  const std::string text = answer_with("Content-Type: text/plain\r\nContent-Length: 2\r\n");
  for (std::size_t split = 0; split < text.size(); ++split) {
    HeadProgress progress;
    ResponseHead head;
    const std::string first = text.substr(0, split);
    ASSERT_EQ(parse_response_head(first, {}, {}, progress, head).state, Parsed::incomplete)
        << split;
    ASSERT_EQ(parse_response_head(text, {}, {}, progress, head).state, Parsed::complete) << split;
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, BodyLength::exact(2));
  }
}

TEST(ResponseHead, may_have_no_reason) {
  EXPECT_EQ(TestResponse("HTTP/1.1 200 \r\n\r\n")->reason, "");
  EXPECT_EQ(TestResponse("HTTP/1.1 200\r\n\r\n")->reason, "");
  EXPECT_EQ(TestResponse("HTTP/1.1 200 \xc3\xa4\r\n\r\n")->reason, "\xc3\xa4");
}

TEST(ResponseHead, with_an_odd_first_line_is_refused) {
  for (const std::string_view line :
       {"HTTP/2.0 200 OK",   "HTTP/2 200 OK",   "HTTP/1.1 20 OK",  "HTTP/1.1 2000 OK",
        "HTTP/1.1 099 X",    "HTTP/1.1 600 X",  "HTTP/1.1 999 X",  "HTTP/1.1  200 OK",
        "HTTP/1.1\t200 OK",  "HTTP/1.1 20x OK", "HTTP/1.1 -20 OK", "HTTP/1.1 +20 OK",
        "http/1.1 200 OK",   "ICY 200 OK",      "200 OK",          "",
        "HTTP/1.1",          "HTTP/1.1 ",       "HTTP/1.1 200OK",  "<html>",
        "SSH-2.0-OpenSSH_9", "HTTP/1.1 200\tOK"}) {
    EXPECT_TRUE(TestResponse(std::string(line) + "\r\n\r\n").refused()) << line;
  }
  EXPECT_TRUE(TestResponse("HTTP/1.1 200 OK\n\n").refused());
  EXPECT_TRUE(TestResponse("\r\n" + answer_with("")).refused());
}

TEST(ResponseHead, without_a_length_runs_to_the_close) {
  const TestResponse response(answer_with(""));
  EXPECT_EQ(response->body, BodyLength::until_close());
  EXPECT_FALSE(response->keep_alive);
}

TEST(ResponseHead, may_be_chunked) {
  const TestResponse response(answer_with("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(response->body, BodyLength::chunked());
  EXPECT_TRUE(response->keep_alive);
}

TEST(ResponseHead, of_head_204_and_304_has_no_content) {
  const std::string with_length = answer_with("Content-Length: 7\r\n");
  EXPECT_EQ(TestResponse(with_length, kHead)->body, BodyLength::none());
  EXPECT_EQ(TestResponse(with_length, kHead)->declared_length, 7U);
  EXPECT_TRUE(TestResponse(with_length, kHead)->keep_alive);
  EXPECT_EQ(TestResponse(answer_with("Transfer-Encoding: chunked\r\n"), kHead)->body,
            BodyLength::none());
  EXPECT_TRUE(TestResponse(answer_with(""), kHead)->keep_alive);
  const TestResponse unchanged("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
  EXPECT_EQ(unchanged->body, BodyLength::none());
  EXPECT_TRUE(unchanged->keep_alive);
  const TestResponse empty("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(empty->body, BodyLength::none());
  EXPECT_TRUE(empty->keep_alive);
}

TEST(ResponseHead, that_announces_content_which_cannot_come_ends_its_connection) {
  const auto keeps = [](std::string_view text) { return TestResponse(text)->keep_alive; };
  EXPECT_FALSE(keeps("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n"));
}

TEST(ResponseHead, may_be_interim) {
  const TestResponse hints("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  EXPECT_TRUE(hints->informational());
  EXPECT_EQ(hints->body, BodyLength::none());
  EXPECT_TRUE(hints->keep_alive);
  EXPECT_FALSE(TestResponse(answer_with(""))->informational());
}

TEST(ResponseHead, keeps_the_connection_as_the_version_and_connection_say) {
  const std::string length = "Content-Length: 1\r\n";
  EXPECT_TRUE(TestResponse(answer_with(length))->keep_alive);
  EXPECT_FALSE(TestResponse(answer_with(length + "Connection: close\r\n"))->keep_alive);
  EXPECT_FALSE(TestResponse("HTTP/1.0 200 OK\r\n" + length + "\r\n")->keep_alive);
  EXPECT_TRUE(
      TestResponse("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + length + "\r\n")->keep_alive);
}

TEST(ResponseHead, switches_to_the_websocket_that_was_asked_for_M2) {
  const std::string line = "HTTP/1.1 101 Switching Protocols\r\n";
  const std::string accepted = line + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  EXPECT_EQ(TestResponse(accepted, kWebSocket)->upgrade, Upgrade::websocket);
  EXPECT_FALSE(TestResponse(accepted, kWebSocket)->informational());
  EXPECT_TRUE(TestResponse(accepted).refused());
  EXPECT_TRUE(TestResponse(line + "\r\n", kWebSocket).refused());
  EXPECT_TRUE(
      TestResponse(line + "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n", kWebSocket).refused());
  EXPECT_EQ(TestResponse(answer_with("Upgrade: websocket\r\nConnection: Upgrade\r\n"), kWebSocket)
                ->upgrade,
            Upgrade::none);
}

TEST(ResponseHead, may_not_hide_fields_of_the_client_by_connection) {
  const TestResponse response(
      answer_with("Set-Cookie: a=b\r\nConnection: set-cookie, x-hop\r\nX-Hop: 1\r\n"));
  ASSERT_TRUE(response.complete());
  EXPECT_FALSE(response->fields.find(FieldId::set_cookie)->hop_by_hop());
  EXPECT_TRUE(response->fields.find("x-hop")->hop_by_hop());
}

TEST(ResponseHead, refusal_blames_the_upstream_in_a_sentence) {
  const TestResponse response(answer_with("Content-Length: 5\r\nContent-Length: 6\r\n"));
  ASSERT_TRUE(response.refused());
  const Error error = upstream_error(response.result.refusal, "the application at 127.0.0.1:3000");
  EXPECT_EQ(error.fault, Fault::upstream);
  EXPECT_EQ(
      error.what,
      "The answer of the application at 127.0.0.1:3000 has more than one Content-Length field.");
}

}  // namespace
}  // namespace gatehouse::http
