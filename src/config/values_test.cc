#include "config/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/yaml_text.h"

namespace gatehouse::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(Values, every_refusal_is_a_bounded_sentence_without_control_characters) {
  const std::string bad = "\x1b[2J" + std::string(10'000, 'x') + " \n";
  const auto sentence = [](const auto& result) {
    return result ? std::string("taken") : result.error().what;
  };
  for (const std::string& said :
       {sentence(parse_published_name(bad)), sentence(parse_plain_listen(bad)),
        sentence(parse_listener_key(bad)), sentence(parse_metrics_address(bad)),
        sentence(parse_upstream(bad)), sentence(parse_endpoint(bad)),
        sentence(parse_route_path("/" + bad)), sentence(parse_file("/" + bad)),
        sentence(parse_access_log("/" + bad)), sentence(parse_permit(bad)),
        sentence(parse_owner(bad)), sentence(parse_account(bad)), sentence(parse_key(bad)),
        sentence(parse_policy(bad)), sentence(parse_refusal(bad))}) {
    EXPECT_LT(said.size(), 700U) << said;
    EXPECT_THAT(said, Not(HasSubstr("\x1b")));
    EXPECT_THAT(said, Not(HasSubstr("\n")));
    EXPECT_TRUE(said.ends_with('.')) << said;
  }
}

TEST(Endpoint, prints_as_it_is_read) {
  for (const std::string_view one :
       {"a.example:443", "*.example:8443", "10.0.0.5:1", "[::1]:443"}) {
    EXPECT_EQ(text(parse_endpoint(one).value()), one);
  }
}

TEST(Policy, prints_as_it_is_read) {
  for (const std::string_view one : {"keep", "redirect", "refuse"}) {
    EXPECT_EQ(text(parse_policy(one).value()), one);
  }
}

TEST(YamlScalar, is_bare_where_nobody_takes_it_for_something_else) {
  for (const std::string_view bare :
       {"files.example.com", "http://127.0.0.1:8080", "unix:/run/a.sock", "10.0.0.0/8",
        "127.0.0.1:9100", "10s", "500ms", "/etc/a.crt", "filesrv@plant"}) {
    EXPECT_EQ(yaml_scalar(bare), bare);
  }
  for (const std::string_view other :
       {"",         ":443", "*",   "true",       "No",    "OFF",  "null", "1",
        "1.5",      "0x1f", "1e3", "2001-01-01", "12:30", "a: b", "a #",  "@adm",
        "[::1]:80", "a,b",  "a:",  "-",          "~",     " a"}) {
    EXPECT_EQ(yaml_scalar(other), "\"" + std::string(other) + "\"");
  }
  EXPECT_EQ(yaml_key("a:b"), "\"a:b\"");
}

TEST(YamlScalar, escapes_what_is_beyond_ascii_and_what_means_something) {
  EXPECT_EQ(yaml_scalar("caf\xc3\xa9"), "\"caf\\xe9\"");
  EXPECT_EQ(yaml_scalar("\xe6\x97\xa5"), "\"\\u65e5\"");
  EXPECT_EQ(yaml_scalar("\xf0\x9f\x94\x92"), "\"\\U0001f512\"");
  EXPECT_EQ(yaml_scalar("a\"b\\c\n"), "\"a\\\"b\\\\c\\n\"");
  EXPECT_EQ(yaml_scalar("\xff"), "\"\\ufffd\"");
  EXPECT_EQ(yaml_scalar("${env:X}"), "\"$${env:X}\"");
  EXPECT_EQ(yaml_key("${x"), "\"${x\"");
}

}  // namespace
}  // namespace gatehouse::config
