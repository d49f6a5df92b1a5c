#include "base/access_record.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using testing::JsonCheck;

std::string line_of(const AccessRecord& record) {
  std::string line(access_line_room(record), '\0');
  char* const end = write_access_line(line.data(), record);
  line.resize(static_cast<std::size_t>(end - line.data()));
  return line;
}

AccessRecord usual() {
  return {.time = WallTime{1'790'000'000'123ms},
          .remote_ip = "127.0.0.1",
          .remote_port = 41873,
          .proto = "HTTP/1.1",
          .method = "GET",
          .host = "localhost:8443",
          .uri = "/x?y=z",
          .tls = AccessRecord::Tls{.version = 772,
                                   .cipher_suite = 4865,
                                   .proto = "http/1.1",
                                   .server_name = "localhost",
                                   .group = "X25519MLKEM768"},
          .duration = 1200us,
          .size = 100,
          .status = 200,
          .upstream =
              AccessRecord::Upstream{
                  .addr = "127.0.0.1:3000", .status = 200, .duration = 1ms, .reused = true},
          .request_id = "0f8c"};
}

TEST(AccessRecord, has_the_field_names_of_caddy) {
  EXPECT_EQ(
      line_of(usual()),
      R"({"level":"info","ts":1790000000.123,"logger":"http.log.access","msg":"handled request",)"
      R"("request":{"remote_ip":"127.0.0.1","remote_port":"41873","client_ip":"127.0.0.1",)"
      R"("proto":"HTTP/1.1","method":"GET","host":"localhost:8443","uri":"/x?y=z",)"
      R"("tls":{"resumed":false,"version":772,"cipher_suite":4865,"proto":"http/1.1",)"
      R"("server_name":"localhost","group":"X25519MLKEM768"}},"bytes_read":0,"duration":0.001200,)"
      R"("size":100,"status":200,"upstream":{"addr":"127.0.0.1:3000","status":200,)"
      R"("duration":0.001000,"reused":true},"request_id":"0f8c"})"
      "\n");
}

TEST(AccessRecord, a_request_without_a_head_is_logged_with_what_is_known) {
  const AccessRecord record{.time = WallTime{1'790'000'000'007ms},
                            .remote_ip = "::1",
                            .duration = 10s,
                            .status = 408,
                            .error = "the head did not come in time"};
  const std::string line = line_of(record);
  EXPECT_NE(line.find(R"("ts":1790000000.007)"), std::string::npos);
  EXPECT_NE(line.find(R"("method":"","host":"","uri":"")"), std::string::npos);
  EXPECT_NE(line.find(R"("duration":10.000000,"size":0,"status":408,"request_id":"",)"
                      R"("error":"the head did not come in time"})"),
            std::string::npos);
  EXPECT_EQ(line.find("tls"), std::string::npos);
  EXPECT_EQ(line.find("upstream"), std::string::npos);
}

TEST(AccessRecord, names_the_client_that_a_trusted_proxy_told_of) {
  AccessRecord record = usual();
  record.client_ip = "192.0.2.7";
  EXPECT_NE(line_of(record).find(
                R"("remote_ip":"127.0.0.1","remote_port":"41873","client_ip":"192.0.2.7")"),
            std::string::npos);
}

TEST(AccessRecord, has_the_user_agent_where_caddy_has_it) {
  AccessRecord record = usual();
  record.user_agent = "curl/8.0";
  EXPECT_NE(line_of(record).find(R"(,"headers":{"User-Agent":["curl/8.0"]},"tls")"),
            std::string::npos);
}

TEST(AccessRecord, tells_of_secrets_only_that_they_were_there) {
  AccessRecord record = usual();
  record.user_agent = "curl/8.0";
  record.referer = "https://a.example/";
  record.authorization = record.proxy_authorization = record.cookie = true;
  EXPECT_NE(line_of(record).find(
                R"(,"headers":{"User-Agent":["curl/8.0"],"Referer":["https://a.example/"],)"
                R"("Authorization":["REDACTED"],"Proxy-Authorization":["REDACTED"],)"
                R"("Cookie":["REDACTED"]},"tls")"),
            std::string::npos);
  record = usual();
  record.cookie = true;
  EXPECT_NE(line_of(record).find(R"(,"headers":{"Cookie":["REDACTED"]},"tls")"), std::string::npos);
}

TEST(AccessRecord, names_the_trace) {
  AccessRecord record = usual();
  record.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_NE(
      line_of(record).find(R"("request_id":"0f8c","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"})"),
      std::string::npos);
}

TEST(AccessRecord, an_error_of_the_server_has_the_level_error) {
  AccessRecord record = usual();
  record.status = 502;
  EXPECT_TRUE(line_of(record).starts_with(R"({"level":"error",)"));
}

TEST(AccessRecord, whatever_a_client_sends_the_line_is_one_line_of_valid_json) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string odd = "/a" + std::string(3, static_cast<char>(byte)) + "b";
    AccessRecord record = usual();
    record.uri = record.host = record.method = record.user_agent = record.error = odd;
    record.tls->server_name = odd;
    const std::string line = line_of(record);
    ASSERT_EQ(line.find('\n'), line.size() - 1) << byte;
    EXPECT_TRUE(JsonCheck::valid(std::string_view(line).substr(0, line.size() - 1))) << line;
  }
}

TEST(AccessRecord, values_that_are_too_long_are_cut_visibly) {
  AccessRecord record = usual();
  const std::string longest(100'000, 'a');
  record.uri = longest;
  const std::string line = line_of(record);
  EXPECT_LE(line.size(), 10'000U);
  EXPECT_NE(line.find(R"(aaa...","tls")"), std::string::npos);
  EXPECT_TRUE(JsonCheck::valid(std::string_view(line).substr(0, line.size() - 1)));
}

TEST(AccessRecord, the_worst_line_fits_into_the_room_that_is_announced) {
  const std::string worst(100'000, '\x01');
  AccessRecord record = usual();
  record.remote_ip = record.client_ip = record.proto = record.method = record.host = record.uri =
      record.user_agent = record.referer = record.request_id = record.trace_id = record.error =
          worst;
  record.authorization = record.proxy_authorization = record.cookie = true;
  record.remote_port = 65535;
  record.bytes_read = record.size = ~std::uint64_t{0};
  record.duration = record.upstream->duration = std::chrono::nanoseconds::max();
  record.tls->proto = record.tls->server_name = record.tls->group = record.upstream->addr = worst;
  EXPECT_EQ(access_line_room(record), kLongestAccessLine);
  EXPECT_LE(line_of(record).size(), kLongestAccessLine);
}

TEST(AccessRecord, the_room_is_enough_for_every_length) {
  for (std::size_t length = 0; length < 600; ++length) {
    const std::string text(length, '\x7f');
    AccessRecord record = usual();
    record.remote_ip = record.client_ip = record.host = record.uri = record.error = text;
    record.bytes_read = record.size = ~std::uint64_t{0};
    EXPECT_LE(line_of(record).size(), access_line_room(record)) << length;
  }
}

TEST(AccessRecord, a_clock_that_went_back_makes_no_negative_duration) {
  AccessRecord record = usual();
  record.duration = -5ms;
  EXPECT_NE(line_of(record).find(R"("duration":0.000000)"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse
