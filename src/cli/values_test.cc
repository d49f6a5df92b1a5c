#include "cli/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace gatehouse::cli
