#include "base/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_view_literals;

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }
Cidr cidr(std::string_view text) { return Cidr::parse(text).value(); }
ListenAddress listen(std::string_view text) { return ListenAddress::parse(text).value(); }
UpstreamUrl upstream(std::string_view text) { return UpstreamUrl::parse(text).value(); }

std::vector<std::string> texts(const std::vector<IpEndpoint>& endpoints) {
  std::vector<std::string> all;
  all.reserve(endpoints.size());
  for (const IpEndpoint& endpoint : endpoints) all.push_back(endpoint.text());
  return all;
}

TEST(IpAddress, has_one_text) {
  EXPECT_EQ(ip("127.0.0.1").text(), "127.0.0.1");
  EXPECT_EQ(ip("0:0:0::1").text(), "::1");
  EXPECT_EQ(ip("[2001:DB8::A]").url_host(), "[2001:db8::a]");
  EXPECT_EQ(ip("192.0.2.1").url_host(), "192.0.2.1");
}

TEST(IpAddress, ipv4_in_ipv6_clothes_is_the_ipv4_address) {
  EXPECT_EQ(ip("::ffff:192.0.2.1"), ip("192.0.2.1"));
  EXPECT_FALSE(ip("::ffff:192.0.2.1").is_v6());
}

TEST(IpAddress, knows_loopback_and_any) {
  EXPECT_TRUE(ip("127.9.9.9").is_loopback());
  EXPECT_TRUE(ip("::1").is_loopback());
  EXPECT_FALSE(ip("128.0.0.1").is_loopback());
  EXPECT_FALSE(ip("::2").is_loopback());
  EXPECT_TRUE(ip("::").is_any());
  EXPECT_TRUE(ip("0.0.0.0").is_any());
  EXPECT_FALSE(ip("::1").is_any());
}

TEST(IpAddress, refuses_what_only_some_readers_take) {
  for (const std::string_view bad : {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "01.2.3.4"sv, "1.2.3.256"sv,
                                     "0x7f.0.0.1"sv, "127.0.0.1\0"sv, "127.0.0.1 "sv, "::1%lo"sv,
                                     "[127.0.0.1]"sv, "[::1"sv, "::1]"sv, "localhost"sv, ":::"sv}) {
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
  }
}

TEST(IpEndpoint, needs_a_port_and_brackets_around_ipv6) {
  EXPECT_EQ(IpEndpoint::parse("127.0.0.1:80")->text(), "127.0.0.1:80");
  EXPECT_EQ(IpEndpoint::parse("[::1]:0")->text(), "[::1]:0");
  for (const std::string_view bad :
       {"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "::1:80",
        "[::1]", "[::1]80", "127.0.0.1:8 0", ":80"}) {
    const auto parsed = IpEndpoint::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, HasSubstr("127.0.0.1:8080"));
  }
}

TEST(Cidr, holds_exactly_the_addresses_below_its_prefix) {
  EXPECT_TRUE(cidr("10.0.0.0/8").contains(ip("10.255.0.1")));
  EXPECT_FALSE(cidr("10.0.0.0/8").contains(ip("11.0.0.0")));
  EXPECT_TRUE(cidr("192.168.4.0/22").contains(ip("192.168.7.255")));
  EXPECT_FALSE(cidr("192.168.4.0/22").contains(ip("192.168.8.0")));
  EXPECT_TRUE(cidr("fc00::/7").contains(ip("fd00::1")));
  EXPECT_TRUE(cidr("2001:db8::/33").contains(ip("2001:db8:7fff::1")));
  EXPECT_FALSE(cidr("2001:db8::/33").contains(ip("2001:db8:8000::1")));
  EXPECT_TRUE(cidr("0.0.0.0/0").contains(ip("255.1.1.1")));
}

TEST(Cidr, families_do_not_mix_but_mapped_ipv4_is_ipv4) {
  EXPECT_FALSE(cidr("0.0.0.0/0").contains(ip("::1")));
  EXPECT_FALSE(cidr("::/0").contains(ip("10.0.0.1")));
  EXPECT_TRUE(cidr("10.0.0.0/8").contains(ip("::ffff:10.1.1.1")));
}

TEST(Cidr, one_address_is_a_network_of_one) {
  EXPECT_EQ(cidr("10.0.0.1").text(), "10.0.0.1/32");
  EXPECT_EQ(cidr("::1").text(), "::1/128");
  EXPECT_TRUE(cidr("::1").contains(ip("::1")));
  EXPECT_FALSE(cidr("::1").contains(ip("::2")));
}

TEST(Cidr, refuses_a_machine_with_the_prefix_of_a_network_and_names_both_readings) {
  const auto parsed = Cidr::parse("10.1.2.3/8");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().what, HasSubstr("10.0.0.0/8"));
  EXPECT_THAT(parsed.error().what, HasSubstr("10.1.2.3 for the machine"));
}

TEST(Cidr, refuses_what_is_no_network) {
  for (const std::string_view bad :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/0x8",
        "::/129", "[::]/8", "10/8", "example.org"}) {
    EXPECT_FALSE(Cidr::parse(bad)) << bad;
  }
}

TEST(ListenAddress, a_port_alone_means_every_address) {
  EXPECT_EQ(listen(":8443").scope(), ListenAddress::Scope::everywhere);
  EXPECT_TRUE(listen(":8443").tls());
  EXPECT_THAT(texts(listen(":8443").endpoints()), ElementsAre("[::]:8443"));
  EXPECT_EQ(listen("*:8443"), listen(":8443"));
}

TEST(ListenAddress, localhost_means_both_loopback_addresses) {
  EXPECT_THAT(texts(listen("LOCALHOST:8443").endpoints()),
              ElementsAre("127.0.0.1:8443", "[::1]:8443"));
}

TEST(ListenAddress, an_address_means_itself) {
  EXPECT_THAT(texts(listen("127.0.0.1:0").endpoints()), ElementsAre("127.0.0.1:0"));
  EXPECT_THAT(texts(listen("[::1]:8443").endpoints()), ElementsAre("[::1]:8443"));
}

TEST(ListenAddress, http_before_it_makes_it_plain) {
  EXPECT_FALSE(listen("http://127.0.0.1:8080").tls());
  EXPECT_TRUE(listen("https://:8443/").tls());
  EXPECT_FALSE(listen("http://:8080").tls());
}

TEST(ListenAddress, is_written_as_it_is_read) {
  for (const std::string_view text : {":8443", "localhost:8443", "127.0.0.1:0", "[::1]:8443",
                                      "http://127.0.0.1:8080", "http://:80"}) {
    EXPECT_EQ(listen(text).text(), text);
    EXPECT_EQ(listen(listen(text).text()), listen(text));
  }
}

TEST(ListenAddress, refuses_a_missing_port_and_says_what_to_write) {
  for (const std::string_view bad : {"", "8443", "127.0.0.1", "[::1]", "localhost", ":", ":99999",
                                     ":84 43", "http://", "http://x", ":8443/path"}) {
    const auto parsed = ListenAddress::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind, ErrorKind::invalid);
    EXPECT_THAT(parsed.error().what, HasSubstr(":8443")) << bad;
  }
}

TEST(ListenAddress, refuses_a_host_name_and_points_to_the_right_flag) {
  const auto parsed = ListenAddress::parse("example.org:8443");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().what, HasSubstr("--host"));
  EXPECT_THAT(parsed.error().what, HasSubstr("localhost:8443"));
}

TEST(UpstreamUrl, is_a_host_and_port) {
  EXPECT_EQ(upstream("http://127.0.0.1:3000").address(), "127.0.0.1:3000");
  EXPECT_EQ(upstream("HTTP://App.Internal/").text(), "http://app.internal:80");
  EXPECT_EQ(upstream("http://[::1]:3000").address(), "[::1]:3000");
  EXPECT_EQ(upstream("http://localhost:3000").tcp()->port, 3000);
  EXPECT_EQ(upstream("http://localhost:3000").unix_socket(), nullptr);
}

TEST(UpstreamUrl, of_http_2_without_tls_is_said_by_its_scheme) {
  EXPECT_TRUE(upstream("h2c://127.0.0.1:9000").http2());
  EXPECT_EQ(upstream("h2c://127.0.0.1:9000").text(), "h2c://127.0.0.1:9000");
  EXPECT_EQ(upstream("h2c://127.0.0.1:9000").address(), "127.0.0.1:9000");
  EXPECT_TRUE(upstream("h2c+unix:/run/app.sock").http2());
  EXPECT_EQ(upstream("h2c+unix:/run/app.sock").text(), "h2c+unix:/run/app.sock");
  EXPECT_NE(upstream("h2c://127.0.0.1:9000"), upstream("http://127.0.0.1:9000"));
}

TEST(UpstreamUrl, or_a_socket_of_this_machine) {
  EXPECT_EQ(upstream("unix:/run/app.sock").unix_socket()->path, "/run/app.sock");
  EXPECT_EQ(upstream("unix:///run/app.sock"), upstream("unix:/run/app.sock"));
  EXPECT_EQ(upstream("unix:/run/app.sock").text(), "unix:/run/app.sock");
  EXPECT_EQ(upstream("unix:/run/app.sock").address(), "/run/app.sock");
  EXPECT_FALSE(upstream("unix:/run/app.sock").http2());
}

TEST(UpstreamUrl, refuses_https_with_the_reason) {
  const auto parsed = UpstreamUrl::parse("https://127.0.0.1:3000");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().what, HasSubstr("TLS to the upstream"));
}

TEST(UpstreamUrl, refuses_a_path_because_requests_keep_their_own) {
  for (const std::string_view bad :
       {"http://a:1/api", "http://a:1?x", "http://a:1#x", "http://a//"}) {
    const auto parsed = UpstreamUrl::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, HasSubstr("path")) << bad;
  }
}

TEST(UpstreamUrl, never_shows_a_password_that_was_given) {
  for (const std::string_view bad : {"http://user:geheim@a:1", "https://user:geheim@a:1",
                                     "user:geheim@a:1", "ftp://user:geheim@a"}) {
    const auto parsed = UpstreamUrl::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, ::testing::Not(HasSubstr("geheim"))) << bad;
  }
}

TEST(UpstreamUrl, refuses_the_rest_and_says_what_to_write) {
  for (const std::string_view bad :
       {"", "http://", "http://:3000", "127.0.0.1:3000", "3000", "http://a:0", "http://a:b",
        "http://a b:1", "ftp://a", "http://::1:80", "http:/a:1", "http://a:99999"}) {
    const auto parsed = UpstreamUrl::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, HasSubstr("http://127.0.0.1:3000")) << bad;
  }
  for (const std::string_view bad :
       {"unix:", "unix:app.sock", "unix:/", "unix:/a/", "unix:/a\nb", "unix:////a"}) {
    const auto parsed = UpstreamUrl::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().what, HasSubstr("unix:/run/app.sock")) << bad;
  }
  EXPECT_FALSE(UpstreamUrl::parse("unix:/" + std::string(200, 'a')));
}

}  // namespace
}  // namespace gatehouse
