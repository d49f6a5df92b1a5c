#include "cli/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Duration, is_a_whole_number_with_its_unit) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("720h"), 720h);
}

TEST(Duration, refuses_the_rest_and_shows_it) {
  for (const std::string_view bad :
       {"", "10", "s", "10x", "1.5s", "-1s", "+1s", " 1s", "1 s", "1s ", "10S", "0x1s", "1m30s",
        "99999999999999999999s", "18446744073709551615h"}) {
    const auto parsed = parse_duration(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, HasSubstr("\"" + std::string(bad) + "\""));
    EXPECT_THAT(parsed.error().what, HasSubstr("10s")) << bad;
  }
}

TEST(Duration, is_neither_nothing_nor_forever) {
  for (const std::string_view bad : {"0s", "0ms", "721h", "99999h"}) {
    const auto parsed = parse_duration(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, HasSubstr("at most 720h")) << bad;
  }
}

TEST(Amount, may_have_a_unit_of_1024_or_of_1000) {
  EXPECT_EQ(parse_amount("0"), 0U);
  EXPECT_EQ(parse_amount("1000"), 1000U);
  EXPECT_EQ(parse_amount("64KiB"), 65536U);
  EXPECT_EQ(parse_amount("2MiB"), 2097152U);
  EXPECT_EQ(parse_amount("1GiB"), 1073741824U);
  EXPECT_EQ(parse_amount("5kB"), 5000U);
  EXPECT_EQ(parse_amount("5MB"), 5000000U);
  EXPECT_EQ(parse_amount("5GB"), 5000000000U);
}

TEST(Amount, refuses_the_rest) {
  for (const std::string_view bad : {"", "KiB", "-1", "+1", "1K", "1 KiB", "1.5MiB", "1e3", "many",
                                     "18446744073709551616", "18446744073709551615KiB"}) {
    EXPECT_FALSE(parse_amount(bad)) << bad;
  }
}

TEST(Timeouts, are_set_by_their_name) {
  Timeouts timeouts;
  const std::pair<std::string, std::chrono::milliseconds Timeouts::*> all[] = {
      {"handshake", &Timeouts::handshake}, {"head", &Timeouts::head},
      {"body", &Timeouts::body},           {"idle", &Timeouts::idle},
      {"write", &Timeouts::write},         {"connect", &Timeouts::connect},
      {"response", &Timeouts::response},   {"tunnel", &Timeouts::tunnel},
      {"drain", &Timeouts::drain}};
  auto expected = 1ms;
  for (const auto& [name, member] : all) {
    ASSERT_TRUE(set_timeout(timeouts, name + "=" + std::to_string(expected.count()) + "ms"));
    EXPECT_EQ(timeouts.*member, expected) << name;
    ++expected;
  }
}

TEST(Timeouts, have_the_announced_defaults) {
  const Timeouts timeouts;
  EXPECT_EQ(timeouts.handshake, 10s);
  EXPECT_EQ(timeouts.head, 10s);
  EXPECT_EQ(timeouts.body, 30s);
  EXPECT_EQ(timeouts.idle, 75s);
  EXPECT_EQ(timeouts.write, 30s);
  EXPECT_EQ(timeouts.connect, 5s);
  EXPECT_EQ(timeouts.response, 60s);
  EXPECT_EQ(timeouts.tunnel, 1h);
  EXPECT_EQ(timeouts.drain, 30s);
}

TEST(Timeouts, an_unknown_name_is_named_with_the_near_one_and_all_others) {
  Timeouts timeouts;
  const auto done = set_timeout(timeouts, "haed=10s");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, HasSubstr("\"haed\" is no timeout. Did you mean \"head\"?"));
  EXPECT_THAT(done.error().what, HasSubstr("handshake, head, body"));
  EXPECT_THAT(set_timeout(timeouts, "head").error().what, HasSubstr("NAME=DURATION"));
  EXPECT_THAT(set_timeout(timeouts, "head=").error().what, HasSubstr("no duration"));
}

TEST(Limits, are_set_by_their_name) {
  Limits limits;
  ASSERT_TRUE(set_limit(limits, "connections=4"));
  ASSERT_TRUE(set_limit(limits, "head=8KiB"));
  ASSERT_TRUE(set_limit(limits, "fields=50"));
  ASSERT_TRUE(set_limit(limits, "body=1GiB"));
  EXPECT_EQ(limits.connections, 4U);
  EXPECT_EQ(limits.head, 8192U);
  EXPECT_EQ(limits.fields, 50U);
  EXPECT_EQ(limits.body, 1073741824U);
}

TEST(Limits, have_the_announced_defaults) {
  const Limits limits;
  EXPECT_FALSE(limits.connections);
  EXPECT_EQ(limits.head, 32768U);
  EXPECT_EQ(limits.fields, 128U);
  EXPECT_EQ(limits.body, 0U);
}

TEST(Limits, outside_of_their_range_are_refused_with_the_range) {
  Limits limits;
  EXPECT_THAT(set_limit(limits, "head=100").error().what,
              HasSubstr("at least 1024 and at most 32768"));
  EXPECT_THAT(set_limit(limits, "head=1MiB").error().what, HasSubstr("at most 32768"));
  EXPECT_THAT(set_limit(limits, "fields=129").error().what, HasSubstr("at most 128"));
  EXPECT_THAT(set_limit(limits, "connections=0").error().what, HasSubstr("at least 1."));
  EXPECT_THAT(set_limit(limits, "head=-1").error().what, HasSubstr("\"-1\""));
  EXPECT_THAT(set_limit(limits, "feilds=1").error().what, HasSubstr("Did you mean \"fields\"?"));
  EXPECT_THAT(set_limit(limits, "body").error().what, HasSubstr("NAME=NUMBER"));
}

TEST(Workers, are_at_least_one) {
  EXPECT_EQ(parse_workers("1"), 1U);
  EXPECT_EQ(parse_workers("1024"), 1024U);
  for (const std::string_view bad : {"0", "-1", "many", "", "1025", "2x", " 2"}) {
    EXPECT_FALSE(parse_workers(bad)) << bad;
  }
}

TEST(Route, is_a_path_prefix_and_a_url) {
  const auto route = parse_route("/api=http://127.0.0.1:9000");
  ASSERT_TRUE(route);
  EXPECT_EQ(route->prefix, "/api");
  EXPECT_EQ(route->to.text(), "http://127.0.0.1:9000");
  EXPECT_EQ(parse_route("/a=unix:/run/a=b.sock")->to.address(), "/run/a=b.sock");
}

TEST(Route, refuses_a_prefix_that_is_no_path) {
  for (const std::string_view bad : {"", "/api", "api=http://127.0.0.1:1", "=http://127.0.0.1:1",
                                     "/a?b=http://127.0.0.1:1", "/a b=http://127.0.0.1:1"}) {
    const auto route = parse_route(bad);
    ASSERT_FALSE(route) << bad;
    EXPECT_THAT(route.error().what, HasSubstr("/api=http://127.0.0.1:9000")) << bad;
  }
  EXPECT_THAT(parse_route("/a=https://x").error().what, HasSubstr("TLS to the upstream"));
}

TEST(MetricsAddress, is_plain_and_on_loopback_only) {
  const auto address = parse_metrics_address("127.0.0.1:0");
  ASSERT_TRUE(address);
  EXPECT_FALSE(address->tls());
  EXPECT_EQ(address->text(), "http://127.0.0.1:0");
  EXPECT_EQ(parse_metrics_address("localhost:9100")->text(), "http://127.0.0.1:9100");
  EXPECT_EQ(parse_metrics_address("[::1]:9100")->text(), "http://[::1]:9100");
  EXPECT_EQ(parse_metrics_address("http://127.0.0.1:1")->text(), "http://127.0.0.1:1");
  for (const std::string_view bad : {":9100", "0.0.0.0:9100", "10.0.0.1:9100", "[::]:9100",
                                     "example.org:9100", "9100", "", "https://127.0.0.1:9100"}) {
    const auto refused = parse_metrics_address(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_THAT(refused.error().what, HasSubstr("loopback")) << bad;
  }
}

}  // namespace
}  // namespace gatehouse::cli
