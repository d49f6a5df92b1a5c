#include "check/target.h"

#include <gmock/gmock.h>

namespace gatehouse::check {
namespace {

using ::testing::HasSubstr;

Target parsed(std::string_view text) {
  const auto target = Target::parse(text);
  if (target) return *target;
  ADD_FAILURE() << target.error().what;
  return Target::parse("a.example").value();
}

std::string refused(std::string_view text) {
  const auto target = Target::parse(text);
  if (target) return "taken: " + target->url();
  EXPECT_EQ(target.error().kind, ErrorKind::usage);
  return target.error().what;
}

TEST(Target, a_name_alone_means_https) {
  const Target target = parsed("Files.Example.COM");
  EXPECT_TRUE(target.tls);
  EXPECT_EQ(target.port, 443);
  EXPECT_EQ(target.url(), "https://files.example.com/");
  EXPECT_EQ(target.authority(), "files.example.com");
}

TEST(Target, a_port_of_its_own_stands_in_the_url) {
  EXPECT_EQ(parsed("a.example:8443").url(), "https://a.example:8443/");
  EXPECT_EQ(parsed("https://a.example:443/x").url(), "https://a.example/x");
  EXPECT_EQ(parsed("http://a.example:443/").url(), "http://a.example:443/");
}

TEST(Target, http_is_plain_and_port_80) {
  const Target target = parsed("http://a.example/login?next=/");
  EXPECT_FALSE(target.tls);
  EXPECT_EQ(target.port, 80);
  EXPECT_EQ(target.path, "/login?next=/");
}

TEST(Target, F5_addresses_are_targets_in_every_spelling) {
  EXPECT_EQ(parsed("192.0.2.7").url(), "https://192.0.2.7/");
  EXPECT_EQ(parsed("2001:db8::7").url(), "https://[2001:db8::7]/");
  EXPECT_EQ(parsed("[2001:db8::7]:8443").url(), "https://[2001:db8::7]:8443/");
  EXPECT_EQ(parsed("https://[2001:DB8::7]").url(), "https://[2001:db8::7]/");
}

TEST(Target, a_fragment_is_not_sent) {
  EXPECT_EQ(parsed("https://a.example/x#part").path, "/x");
  EXPECT_EQ(parsed("https://a.example#part").path, "/");
}

TEST(Target, credentials_are_refused_and_not_repeated) {
  EXPECT_THAT(refused("https://user:secret@a.example"), HasSubstr("never sends a user name"));
  EXPECT_EQ(refused("https://user:secret@a.example").find("secret"), std::string::npos);
}

TEST(Target, other_schemes_and_what_is_no_host_are_refused_with_what_to_write) {
  EXPECT_THAT(refused("ftp://a.example"), HasSubstr("only https and http"));
  for (const auto* text : {"", "a b", "https://", "-a-", "a.example:0", "a.example:99999", "a..b",
                           "*.a.example", "https:///x", "https://a.example/a b"}) {
    EXPECT_THAT(refused(text), HasSubstr("cannot be checked")) << text;
  }
}

TEST(Target, what_was_said_cannot_play_with_the_terminal) {
  EXPECT_EQ(refused("\x1b[31m").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::check
