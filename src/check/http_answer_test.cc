#include "check/http_answer.h"

#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>

namespace gatehouse::check {
namespace {

using ::testing::HasSubstr;
using Why = NoAnswer::Why;

// The bytes in pieces, and then the server's end.
HttpResult read(std::string_view bytes, std::size_t piece = 1 << 20) {
  AnswerReader reader;
  while (!bytes.empty()) {
    const auto room = reader.room();
    const std::size_t part = std::min({piece, bytes.size(), room.size()});
    std::memcpy(room.data(), bytes.data(), part);
    bytes.remove_prefix(part);
    if (reader.take(part)) return reader.result();
  }
  EXPECT_TRUE(reader.take(0));
  return reader.result();
}

NoAnswer none(std::string_view bytes) {
  const HttpResult result = read(bytes);
  if (!result) return result.error();
  ADD_FAILURE() << "taken: " << result->status;
  return {};
}

TEST(Answer, status_location_and_hsts_are_read_whatever_the_pieces) {
  constexpr std::string_view kText =
      "HTTP/1.1 301 Moved\r\nLocation: https://a.example/\r\nServer: x\r\n"
      "strict-transport-security: max-age=1\r\nContent-Length: 0\r\n\r\n";
  for (const std::size_t piece : {1, 2, 7, 1000}) {
    const HttpResult result = read(kText, piece);
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(result->status, 301);
    EXPECT_EQ(result->location, "https://a.example/");
    EXPECT_EQ(result->server, "x");
    EXPECT_EQ(result->strict_transport_security, "max-age=1");
    EXPECT_TRUE(result->redirects());
  }
}

TEST(Answer, interim_answers_are_passed_over_but_not_forever) {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_EQ(read(interim + interim + "HTTP/1.0 200 OK\r\n\r\n")->status, 200);
  std::string endless;
  for (int i = 0; i < 100; ++i) endless += interim;
  EXPECT_EQ(none(endless).why, Why::not_http);
}

TEST(Answer, a_connection_that_ends_says_how) {
  EXPECT_EQ(none("").why, Why::closed);
  EXPECT_THAT(none("HTTP/1.1 200 OK\r\nA: b").what, HasSubstr("in the middle of its answer"));
}

TEST(Answer, I8_a_tls_alert_is_recognised) {
  EXPECT_EQ(none(std::string_view("\x15\x03\x01\x00\x02\x02\x0a", 7)).why, Why::in_tls);
}

TEST(Answer, everything_else_is_not_http) {
  EXPECT_EQ(none("SSH-2.0-OpenSSH_9.2\r\n").why, Why::not_http);
  EXPECT_EQ(none("220 mail\r\n").why, Why::not_http);
  EXPECT_EQ(none("HTTP/1.1 999999 OK\r\n\r\n").why, Why::not_http);
}

TEST(Answer, a_head_beyond_32_kib_is_given_up) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  while (head.size() <= AnswerReader::kMostBytes) head += "A: " + std::string(1000, 'b') + "\r\n";
  EXPECT_EQ(none(head).why, Why::not_http);
}

TEST(Answer, long_values_are_cut_and_control_characters_escaped) {
  const HttpResult result =
      read("HTTP/1.1 302 Found\r\nLocation: /" + std::string(5000, 'x') + "\r\n\r\n");
  EXPECT_LT(result->location.size(), 400u);
}

}  // namespace
}  // namespace gatehouse::check
