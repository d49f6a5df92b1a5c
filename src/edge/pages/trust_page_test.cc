#include "edge/pages/trust_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::edge {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<TrustSystem> systems() {
  return {{"windows",
           "Windows",
           "/t/windows/ca.crt",
           "ca.crt",
           {{"Do <this>", "certutil \"a & b\""}, {"By hand.", ""}}},
          {"ios",
           "iPhone and iPad",
           "/t/ios/ca.mobileconfig",
           "ca.mobileconfig",
           {{"Compare with `gatehouse trust <show>`.", ""}}}};
}

class TrustPageTest : public ::testing::Test {
 protected:
  std::string page(std::uint16_t port = 0, bool tls = true) {
    return render_trust_page({.ca_name = "a <b> & \"c\"",
                              .fingerprint = "0AFF 0001 0002",
                              .may_certify = "",
                              .until = "2046-11-21",
                              .path = "/t",
                              .shown_system = "ios",
                              .systems = systems_,
                              .verdict_port = port,
                              .tls = tls});
  }
  std::vector<TrustSystem> systems_ = systems();
};

TEST_F(TrustPageTest, has_the_verdict_before_everything_else_I14) {
  const std::string html = page();
  EXPECT_LT(html.find("id=\"verdict\""), html.find("Compare the fingerprint"));
  EXPECT_LT(html.find("<h1>"), html.find("id=\"verdict\""));
  EXPECT_THAT(html, HasSubstr("role=\"status\""));
}

TEST_F(TrustPageTest, escapes_what_comes_from_outside) {
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("a &lt;b&gt; &amp; &quot;c&quot;"));
  EXPECT_THAT(html, HasSubstr("Do &lt;this&gt;"));
  EXPECT_THAT(html, HasSubstr("certutil &quot;a &amp; b&quot;"));
  EXPECT_THAT(html, Not(HasSubstr("<this>")));
  EXPECT_THAT(html, HasSubstr("with <code>gatehouse trust &lt;show&gt;</code>.</li>"));
}

TEST_F(TrustPageTest, shows_each_group_of_the_fingerprint_by_itself) {
  EXPECT_THAT(page(), HasSubstr("<li>0AFF</li><li>0001</li><li>0002</li>"));
}

TEST_F(TrustPageTest, opens_with_the_steps_of_the_detected_system) {
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("id=\"t-ios\" checked"));
  EXPECT_THAT(html, Not(HasSubstr("id=\"t-windows\" checked")));
}

TEST_F(TrustPageTest, without_encryption_gives_the_file_behind_the_comparison_only) {
  const std::string html = page(0, false);
  EXPECT_LT(html.find("Compare the fingerprint"), html.find("<details>"));
  EXPECT_LT(html.find("<details>"), html.find("/t/windows/ca.crt"));
  EXPECT_LT(html.find("/t/ios/ca.mobileconfig"), html.find("</details>"));
  EXPECT_THAT(page(0, true), Not(HasSubstr("<details>")));
}

TEST_F(TrustPageTest, tells_the_script_that_there_is_more_to_trust_only_where_there_is) {
  EXPECT_THAT(page(), Not(HasSubstr("data-more")));
}

TEST_F(TrustPageTest, tells_the_script_where_to_ask) {
  EXPECT_THAT(page(8009), HasSubstr("data-port=\"8009\""));
  EXPECT_THAT(page(0), HasSubstr("data-port=\"\""));
}

TEST_F(TrustPageTest, loads_nothing_from_elsewhere) {
  const std::string html = page(8009);
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  EXPECT_THAT(html, Not(HasSubstr(" style=")));
  EXPECT_THAT(html, Not(HasSubstr(" onclick=")));
}

TEST_F(TrustPageTest, holds_script_and_style_as_they_are_hashed) {
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("<script>" + std::string(trust_page_script()) + "</script>"));
  EXPECT_THAT(html, HasSubstr("<style>" + trust_page_style() + "</style>"));
  EXPECT_THAT(trust_page_script(), Not(HasSubstr("</")));
}

TEST(SystemOf, is_told_by_the_user_agent) {
  const auto firefox = [](std::string_view system) {
    return fmt::format("Mozilla/5.0 ({}; rv:145.0) Gecko/20100101 Firefox/145.0", system);
  };
  EXPECT_EQ(system_of("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X)"), "ios");
  EXPECT_EQ(system_of("Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/142.0"), "android");
  EXPECT_EQ(system_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0"), "windows");
  EXPECT_EQ(system_of("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"), "macos");
  EXPECT_EQ(system_of(firefox("X11; Linux x86_64")), "firefox");
  EXPECT_EQ(system_of(firefox("Windows NT 10.0")), "windows");
  EXPECT_EQ(system_of("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0"), "linux");
  EXPECT_EQ(system_of(""), "linux");
}

TEST_F(TrustPageTest, shows_further_roots_with_what_they_are_and_their_files) {
  const std::vector<TrustPage::OtherRoot> others{
      {"root <2>", "0003 0004", "the next root, which signs nothing yet"}};
  systems_.front().more.push_back(
      {"the next root, which signs nothing yet", "/t/windows/next.crt"});
  const std::string html = render_trust_page({.ca_name = "plant",
                                              .fingerprint = "0AFF 0001",
                                              .may_certify = "",
                                              .until = "2046-11-21",
                                              .path = "/t",
                                              .shown_system = "ios",
                                              .systems = systems_,
                                              .other_roots = others,
                                              .show_command = "gatehouse trust show --ca plant"});
  EXPECT_THAT(html, HasSubstr("<code>gatehouse trust show --ca plant</code>"));
  EXPECT_THAT(html, HasSubstr("And of root &lt;2&gt;, the next root, which signs nothing yet:"));
  EXPECT_THAT(html, HasSubstr("<li>0003</li><li>0004</li>"));
  EXPECT_THAT(html, HasSubstr("href=\"/t/windows/next.crt\">Download the next root"));
  EXPECT_THAT(html, HasSubstr("Do the same with each of these files."));
  EXPECT_THAT(html, HasSubstr("data-more=\"1\""));
}

}  // namespace
}  // namespace gatehouse::edge
