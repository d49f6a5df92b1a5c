#include "config/plain_listeners.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/testing/settling.h"

namespace gatehouse::config {
namespace {

using edge::PlainPolicy;
using testing::complaints;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::settled;
using ::testing::StartsWith;
using testing::texts;

std::string one(std::string_view fields) {
  return fmt::format(R"({{"sites": {{"files.example.com": {{{}}}}}}})", fields);
}
Site site(std::string_view fields) { return settled(one(fields)).sites.at(0); }
std::vector<std::string> plain(std::string_view fields) { return texts(site(fields).plain_listen); }

TEST(PlainHttp, F12_a_site_redirects_outside_and_keeps_loopback_unless_told_otherwise) {
  const Site made = site("");
  EXPECT_EQ(made.plain.external, PlainPolicy::redirect);
  EXPECT_EQ(made.plain.loopback, PlainPolicy::keep);
  EXPECT_THAT(texts(made.plain_listen), ElementsAre("http://:80"));
}

TEST(PlainHttp, is_there_beside_port_443_only) {
  EXPECT_THAT(plain(R"("listen": [":8443"])"), IsEmpty());
  EXPECT_THAT(plain(R"("listen": [":8443", "10.0.0.5:443"])"), ElementsAre("http://:80"));
  EXPECT_THAT(plain(R"("listen": ["http://:443"])"), IsEmpty());
}

TEST(PlainHttp, listens_where_it_is_told) {
  EXPECT_THAT(plain(R"("http": {"listen": [":8080"]})"), ElementsAre("http://:8080"));
  EXPECT_THAT(plain(R"("http": {"listen": ["http://:8080"]})"), ElementsAre("http://:8080"));
  EXPECT_THAT(plain(R"("listen": [":8443"], "http": {"listen": [":80"]})"),
              ElementsAre("http://:80"));
}

TEST(PlainHttp, F10_whoever_keeps_loopback_has_it_on_each_port) {
  EXPECT_THAT(plain(R"("http": {"listen": ["10.0.0.5:80", "10.0.0.6:80", "10.0.0.5:8080"]})"),
              ElementsAre("http://10.0.0.5:80", "http://10.0.0.6:80", "http://10.0.0.5:8080",
                          "http://localhost:80", "http://localhost:8080"));
  EXPECT_THAT(plain(R"("http": {"listen": ["localhost:80"]})"), ElementsAre("http://localhost:80"));
  EXPECT_THAT(plain(R"("http": {"listen": ["127.0.0.1:80"]})"), ElementsAre("http://localhost:80"));
  EXPECT_THAT(plain(R"("http": {"loopback": "redirect", "listen": ["10.0.0.5:80"]})"),
              ElementsAre("http://10.0.0.5:80"));
}

TEST(PlainHttp, F12_what_is_refused_outside_is_not_listened_for) {
  EXPECT_THAT(plain(R"("http": {"external": "refuse"})"), ElementsAre("http://localhost:80"));
  EXPECT_THAT(plain(R"("http": {"external": "refuse", "listen": ["10.0.0.5:80", ":8080"]})"),
              ElementsAre("http://localhost:80", "http://localhost:8080"));
  EXPECT_THAT(plain(R"("http": {"external": "refuse", "loopback": "redirect"})"),
              ElementsAre("http://localhost:80"));
}

TEST(PlainHttp, refused_everywhere_it_has_no_listener) {
  EXPECT_THAT(plain(R"("http": {"external": "refuse", "loopback": "refuse"})"), IsEmpty());
}

TEST(PlainHttp, F9_a_route_that_is_kept_outside_keeps_the_port_open) {
  EXPECT_THAT(plain(R"("http": {"external": "refuse"},
                       "routes": [{"path": "/agents", "http": "keep"}])"),
              ElementsAre("http://:80"));
  EXPECT_THAT(plain(R"("http": {"external": "refuse"},
                       "routes": [{"path": "/agents", "http": "refuse"}])"),
              ElementsAre("http://localhost:80"));
}

TEST(PlainHttp, F13_each_policy_is_a_word) {
  const Site made = site(R"("http": {"external": "keep", "loopback": "refuse"})");
  EXPECT_EQ(made.plain.external, PlainPolicy::keep);
  EXPECT_EQ(made.plain.loopback, PlainPolicy::refuse);
  EXPECT_THAT(complaints(one(R"("http": {"external": "allow"})")),
              ElementsAre(StartsWith("GH3110: site `files.example.com`: \"allow\"")));
  EXPECT_THAT(complaints(one(R"("http": {"loopback": "serve"})")),
              ElementsAre(HasSubstr("redirect (to https://), refuse or keep")));
}

TEST(PlainHttp, off_is_off) {
  const Site made = site(R"("http": {"off": true})");
  EXPECT_THAT(made.plain_listen, IsEmpty());
  EXPECT_EQ(made.plain.external, PlainPolicy::refuse);
  EXPECT_EQ(made.plain.loopback, PlainPolicy::refuse);
  EXPECT_THAT(complaints(one(R"("http": {"off": true, "loopback": "keep"})")),
              ElementsAre(StartsWith("GH3113")));
  EXPECT_THAT(complaints(one(R"("http": {"off": true, "listen": [":80"]})")),
              ElementsAre(StartsWith("GH3113")));
}

TEST(PlainHttp, a_plain_listener_of_the_site_itself_stays_whatever_the_policy) {
  const Site made = site(R"("listen": [":443", "http://localhost:8080"], "http": {"off": true})");
  EXPECT_THAT(texts(made.listen), ElementsAre(":443", "http://localhost:8080"));
  EXPECT_THAT(made.plain_listen, IsEmpty());
}

TEST(PlainHttp, redirects_to_the_first_port_with_tls) {
  EXPECT_EQ(site(R"("listen": ["http://:8080", ":8443", ":443"])").plain.https_port, 8443);
  EXPECT_THAT(complaints(one(R"("listen": ["http://:8080"], "http": {"listen": [":80"]})")),
              ElementsAre(StartsWith("GH3112")));
  EXPECT_THAT(plain(R"("listen": ["http://:8080"],
                       "http": {"external": "keep", "listen": [":80"]})"),
              ElementsAre("http://:80"));
}

TEST(PlainHttp, an_address_with_tls_has_no_place_there) {
  EXPECT_THAT(complaints(one(R"("http": {"listen": ["https://:80"]})")),
              ElementsAre(HasSubstr("asks for TLS where plain HTTP is meant")));
  EXPECT_THAT(complaints(one(R"("http": {"listen": ["80"]})")), ElementsAre(StartsWith("GH3106")));
}

// Whatever is said of a site: if it keeps loopback, then loopback is listened for on each of its
// plain ports; if it refuses outside, nothing but loopback is.
TEST(PlainHttp, F10_F12_holds_for_every_combination) {
  const std::vector<std::string> policies{"keep", "redirect", "refuse"};
  const std::vector<std::string> listens{R"([":80"])", R"(["10.0.0.5:80"])", R"(["localhost:80"])",
                                         R"(["127.0.0.1:80", ":8080"])", R"(["[::]:80"])"};
  for (const auto& external : policies) {
    for (const auto& loopback : policies) {
      for (const auto& listen : listens) {
        const Site made =
            site(fmt::format(R"("http": {{"external": "{}", "loopback": "{}", "listen": {}}})",
                             external, loopback, listen));
        for (const ListenAddress& at : made.plain_listen) {
          EXPECT_FALSE(at.tls());
          if (external == "refuse") EXPECT_TRUE(at.endpoints().front().address.is_loopback());
        }
        if (loopback != "keep") continue;
        EXPECT_FALSE(made.plain_listen.empty());
        for (const ListenAddress& at : made.plain_listen) {
          EXPECT_THAT(texts(made.plain_listen),
                      ::testing::AnyOf(Contains(fmt::format("http://:{}", at.port())),
                                       Contains(fmt::format("http://localhost:{}", at.port()))));
        }
      }
    }
  }
}

}  // namespace
}  // namespace gatehouse::config
