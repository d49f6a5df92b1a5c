#include "certs/fetch/web_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(std::string_view url) { return WebUrl::parse(url).value().text(); }

std::string refusal(std::string_view url) {
  const auto parsed = WebUrl::parse(url);
  EXPECT_FALSE(parsed) << url;
  return parsed ? "" : parsed.error().what;
}

TEST(WebUrl, is_read_and_written_alike) {
  EXPECT_EQ(text_of("http://ca.example/a/i.cer?x=1"), "http://ca.example/a/i.cer?x=1");
  EXPECT_EQ(text_of("http://CA.Example:80"), "http://ca.example/");
  EXPECT_EQ(text_of("http://ca.example?x#part"), "http://ca.example/?x");
  EXPECT_EQ(text_of("http://[2001:db8::1]:8080/i.p7c"), "http://[2001:db8::1]:8080/i.p7c");
  EXPECT_EQ(WebUrl::parse("http://192.0.2.7:81/")->port, 81);
}

TEST(WebUrl, only_http_is_fetched_and_https_is_told_why) {
  EXPECT_THAT(refusal("https://ca.example/i.cer"), HasSubstr("proves itself by its signature"));
  EXPECT_THAT(refusal("ldap://ca.example/cn=x"), HasSubstr("only http:// is"));
  EXPECT_THAT(refusal("file:///etc/shadow"), HasSubstr("only http:// is"));
  EXPECT_THAT(refusal(""), HasSubstr("only http:// is"));
}

TEST(WebUrl, a_password_is_neither_sent_nor_repeated) {
  EXPECT_THAT(refusal("http://user:secret@ca.example/"), Not(HasSubstr("secret")));
}

TEST(WebUrl, what_cannot_be_asked_for_is_refused) {
  EXPECT_THAT(refusal("http://"), HasSubstr("neither a name nor an address"));
  EXPECT_THAT(refusal("http://a b/"), HasSubstr("neither a name nor an address"));
  EXPECT_THAT(refusal("http://ca.example:0/"), HasSubstr("port 0"));
  EXPECT_THAT(refusal("http://ca.example/a b"), HasSubstr("percent-encoded"));
  EXPECT_THAT(refusal("http://ca.example/\r\nHost: x"), HasSubstr("percent-encoded"));
  EXPECT_THAT(refusal("http://ca.example/" + std::string(3000, 'a')), HasSubstr("too long"));
}

TEST(WebUrl, a_redirect_leads_to_a_path_or_to_another_http_server) {
  const WebUrl url = WebUrl::parse("http://ca.example:8080/old").value();
  EXPECT_EQ(url.follow("/new?a")->text(), "http://ca.example:8080/new?a");
  EXPECT_EQ(url.follow("http://other.example/i")->text(), "http://other.example/i");
  EXPECT_FALSE(url.follow("https://ca.example/new"));
  EXPECT_FALSE(url.follow("//other.example/new"));
  EXPECT_FALSE(url.follow("new"));
  EXPECT_FALSE(url.follow(""));
}

}  // namespace
}  // namespace gatehouse::certs
