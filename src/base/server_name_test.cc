#include "base/server_name.h"

#include <gtest/gtest.h>

#include "base/name_table.h"

namespace gatehouse {
namespace {

ServerName name(std::string_view text) { return ServerName::parse(text).value(); }
NamePattern pattern(std::string_view text) { return NamePattern::parse(text).value(); }

TEST(ServerName, is_lower_case_and_without_the_trailing_dot) {
  EXPECT_EQ(name("WWW.Example.ORG.").text(), "www.example.org");
  EXPECT_EQ(name("localhost").text(), "localhost");
  EXPECT_EQ(name("my_service").text(), "my_service");
}

TEST(ServerName, holds_addresses_in_their_canonical_form) {
  EXPECT_EQ(name("[0:0::1]").text(), "::1");
  EXPECT_EQ(name("FE80::A").text(), "fe80::a");
  EXPECT_TRUE(name("127.0.0.1").is_address());
  EXPECT_EQ(name("::1").url_host(), "[::1]");
}

TEST(ServerName, refuses_what_is_no_host) {
  for (const std::string_view bad :
       {"",          ".",   "a..b",    "-a",          "a-",   "a b",   "a/b",
        "a@b",       "*.a", "a,b",     "[127.0.0.1]", "[::1", "1.2.3", "1.2.3.4.5",
        "256.1.1.1", "a.1", "exämple", "a:1",         "[]",   "a?b",   "0x7f.1"}) {
    EXPECT_FALSE(ServerName::parse(bad)) << bad;
  }
  EXPECT_FALSE(ServerName::parse(std::string_view("a\0b", 3)));
  EXPECT_FALSE(ServerName::parse(std::string_view("127.0.0.1\0", 10)));
  EXPECT_FALSE(Authority::parse(std::string_view("::1\0:80", 7)));
  EXPECT_FALSE(ServerName::parse(std::string(64, 'a')));
  EXPECT_FALSE(ServerName::parse(std::string(64, 'a') + ".example"));
  std::string long_name;
  for (int i = 0; i < 64; ++i) long_name += "abc.";
  EXPECT_FALSE(ServerName::parse(long_name + "example"));
}

TEST(Authority, splits_host_and_port) {
  EXPECT_EQ(Authority::parse("example.org:8443")->port, 8443);
  EXPECT_EQ(Authority::parse("example.org")->port, std::nullopt);
  EXPECT_EQ(Authority::parse("example.org:")->port, std::nullopt);
  EXPECT_EQ(Authority::parse("[::1]:80")->host.text(), "::1");
  EXPECT_EQ(Authority::parse("[::1]")->host.text(), "::1");
}

TEST(Authority, refuses_what_two_readers_could_read_in_two_ways) {
  for (const std::string_view bad :
       {"a:b", "a:65536", "a:-1", "a:80:80", "::1:80", "user@a", "a:80 ", ":80", "", "a:+80",
        "[::1]x:80", "a/..:80", "a#b", "a\\b"}) {
    EXPECT_FALSE(Authority::parse(bad)) << bad;
  }
}

TEST(NameTable, an_exact_name_wins_over_a_wildcard_and_that_over_the_default) {
  NameTable<int> table;
  table.set(pattern("*.example.org"), 1);
  table.set(pattern("www.example.org"), 2);
  table.set_default(3);
  EXPECT_EQ(*table.find(name("www.example.org")), 2);
  EXPECT_EQ(*table.find(name("WWW.example.org.")), 2);
  EXPECT_EQ(*table.find(name("a.example.org")), 1);
  EXPECT_EQ(*table.find(name("a.b.example.org")), 3);
  EXPECT_EQ(*table.find(name("example.org")), 3);
  EXPECT_EQ(*table.find(name("127.0.0.1")), 3);
  EXPECT_EQ(*table.find_default(), 3);
}

TEST(NameTable, without_a_default_an_unknown_name_finds_nothing) {
  NameTable<int> table;
  table.set(pattern("a.example"), 1);
  EXPECT_EQ(table.find(name("b.example")), nullptr);
  EXPECT_EQ(table.find_default(), nullptr);
}

TEST(NamePattern, takes_one_leading_wildcard_label_only) {
  EXPECT_EQ(pattern("*.Example.org").text(), "*.example.org");
  for (const std::string_view bad : {"*", "*.", "a.*.b", "**.a", "*a.b", "*.127.0.0.1", "*.*.a"}) {
    EXPECT_FALSE(NamePattern::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace gatehouse
