#include "edge/pages/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"
#include "edge/pages/html.h"

namespace gatehouse::edge {
namespace {

using gatehouse::testing::JsonCheck;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::array kAll{400, 403, 404, 408, 413, 414, 421, 426,
                          429, 431, 500, 501, 502, 503, 504, 505};
constexpr std::array kFormats{PageFormat::html, PageFormat::json, PageFormat::text};

bool is_json(const std::string& body) {
  return body.ends_with('\n') &&
         JsonCheck::valid(std::string_view(body).substr(0, body.size() - 1));
}

TEST(PageFormat, browsers_get_html) {
  for (const std::string_view accept :
       {"text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
        "TEXT/HTML", "application/xhtml+xml", " text/html ; q=0.5 , */*",
        "text/html;level=1;q=0.3"}) {
    EXPECT_EQ(page_format(accept), PageFormat::html) << accept;
  }
}

TEST(PageFormat, who_prefers_json_gets_json) {
  for (const std::string_view accept :
       {"application/json", "application/problem+json", "application/json, text/plain, */*",
        "text/html;q=0.5, application/json;q=0.9", "application/json;q=0.1", "Application/JSON",
        "text/html;q=0, application/json;q=0.001"}) {
    EXPECT_EQ(page_format(accept), PageFormat::json) << accept;
  }
}

TEST(PageFormat, html_wins_when_both_are_equal) {
  EXPECT_EQ(page_format("application/json, text/html"), PageFormat::html);
  EXPECT_EQ(page_format("application/json;q=0.8, text/html;q=0.80"), PageFormat::html);
}

TEST(PageFormat, who_names_neither_gets_text) {
  for (const std::string_view accept :
       {"", "*/*", "text/*", "text/plain", "image/png", ",,,", ";;q=1", "text/html;q=0",
        "application/json;q=0.0", "text/html;q=2", "text/html;q=x", "text/html;q=-1",
        "text/html;q="}) {
    EXPECT_EQ(page_format(accept), PageFormat::text) << accept;
  }
}

TEST(ErrorPage, tells_what_happened_what_to_do_and_the_request_id) {
  const Page page =
      render_error({.status = 502,
                    .detail = "The application at 127.0.0.1:3000 refused the connection.",
                    .request_id = "0f8c"},
                   PageFormat::html);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("502 Bad Gateway"), HasSubstr("does not answer"),
                    HasSubstr("The application at 127.0.0.1:3000 refused the connection."),
                    HasSubstr("--to"), HasSubstr("<code>0f8c</code>")));
}

TEST(ErrorPage, every_status_has_a_title_a_sentence_and_advice_in_every_format) {
  for (const int status : kAll) {
    EXPECT_FALSE(status_title(status).empty()) << status;
    for (const PageFormat format : kFormats) {
      const Page page = render_error({.status = status}, format);
      EXPECT_THAT(page.body, HasSubstr(std::to_string(status)));
      EXPECT_THAT(page.body, HasSubstr(std::string(status_title(status))));
      EXPECT_THAT(page.body, Not(HasSubstr("equest id:"))) << "there is none";
    }
  }
}

TEST(ErrorPage, an_unknown_status_is_explained_by_its_class) {
  EXPECT_THAT(render_error({.status = 418}, PageFormat::text).body,
              StartsWith("418 Request Refused"));
  EXPECT_THAT(render_error({.status = 599}, PageFormat::text).body, StartsWith("599 Server Error"));
  EXPECT_EQ(status_title(418), "");
}

// It is off unless asked for, so that a person is told how to get one.
TEST(ErrorPage, who_is_sent_to_the_access_log_is_told_its_flag) {
  for (const int status : {400, 403, 426, 429, 501, 502, 505, 499, 599}) {
    const Page page = render_error({.status = status}, PageFormat::text);
    EXPECT_THAT(page.body, HasSubstr("access log (--access-log FILE)")) << status;
  }
}

TEST(ErrorPage, json_is_a_problem_of_rfc_9457) {
  const Page page =
      render_error({.status = 504, .detail = "Too slow.", .request_id = "a"}, PageFormat::json);
  EXPECT_EQ(page.content_type, "application/problem+json");
  EXPECT_EQ(page.body,
            "{\"type\":\"about:blank\",\"title\":\"Gateway Timeout\",\"status\":504,"
            "\"detail\":\"Too slow.\",\"request_id\":\"a\"}\n");
}

TEST(ErrorPage, nothing_from_outside_becomes_markup_json_or_terminal_commands) {
  const std::string evil = "</p><script>alert(1)</script>\" ' & \x1b[31m\r\n\xff\\";
  const ErrorPage page{.status = 400, .detail = evil, .request_id = evil};
  const std::string html = render_error(page, PageFormat::html).body;
  EXPECT_THAT(html, AllOf(Not(HasSubstr("<script")), HasSubstr("&lt;script&gt;"),
                          HasSubstr("&quot; &#39; &amp;"), Not(HasSubstr("\x1b"))));
  EXPECT_TRUE(is_json(render_error(page, PageFormat::json).body));
  const std::string text = render_error(page, PageFormat::text).body;
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\r")), Not(HasSubstr("\xff"))));
}

WelcomePage welcome() {
  return {.host = "localhost:8443",
          .protocol = "TLSv1.3",
          .group = "X25519MLKEM768",
          .cipher = "TLS_AES_128_GCM_SHA256",
          .certificate_names = "localhost, 127.0.0.1, ::1",
          .certificate_issuer = "gatehouse local CA of myhost",
          .not_after = "2027-02-18",
          .anchor_path = "/state/ca/root.crt",
          .trust_command = "/opt/gatehouse trust install --state /state"};
}

TEST(WelcomePage, says_that_https_works_and_how_to_go_on) {
  const Page page = render_welcome(welcome(), PageFormat::html);
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("HTTPS works"), HasSubstr("TLSv1.3"), HasSubstr("X25519MLKEM768"),
                    HasSubstr("localhost, 127.0.0.1, ::1"), HasSubstr("2027-02-18"),
                    HasSubstr("make run UPSTREAM=http://127.0.0.1:3000"),
                    HasSubstr("gatehouse run --to http://127.0.0.1:3000"),
                    HasSubstr("/opt/gatehouse trust install --state /state"),
                    HasSubstr("curl --cacert /state/ca/root.crt https://localhost:8443/")));
}

TEST(WelcomePage, says_the_same_to_programs) {
  EXPECT_THAT(render_welcome(welcome(), PageFormat::text).body,
              AllOf(StartsWith("HTTPS works."), HasSubstr("TLSv1.3"),
                    HasSubstr("/opt/gatehouse trust install --state /state\n"),
                    HasSubstr("curl --cacert /state/ca/root.crt https://localhost:8443/\n")));
  const Page json = render_welcome(welcome(), PageFormat::json);
  EXPECT_EQ(json.content_type, "application/json");
  EXPECT_TRUE(is_json(json.body)) << json.body;
}

TEST(WelcomePage, over_plain_http_it_does_not_claim_https) {
  WelcomePage page = welcome();
  page.protocol = {};
  for (const PageFormat format : kFormats) {
    EXPECT_THAT(render_welcome(page, format).body, Not(HasSubstr("HTTPS works")));
  }
  EXPECT_THAT(render_welcome(page, PageFormat::html).body, Not(HasSubstr("curl")));
}

TEST(WelcomePage, a_certificate_of_another_ca_needs_no_trust_of_ours) {
  WelcomePage page = welcome();
  page.anchor_path = {};
  EXPECT_THAT(render_welcome(page, PageFormat::html).body, Not(HasSubstr("trust install")));
}

TEST(WelcomePage, a_host_from_a_client_becomes_no_markup) {
  WelcomePage page = welcome();
  page.host = "<img src=x onerror=alert(1)>";
  EXPECT_THAT(render_welcome(page, PageFormat::html).body, Not(HasSubstr("<img")));
}

TEST(Pages, load_nothing_from_elsewhere_and_run_nothing) {
  for (const std::string& body : {render_welcome(welcome(), PageFormat::html).body,
                                  render_error({.status = 502}, PageFormat::html).body}) {
    for (const std::string_view loader :
         {"<script", "src=", "url(", "@import", "<form", "onclick"}) {
      EXPECT_THAT(body, Not(HasSubstr(std::string(loader))));
    }
    EXPECT_THAT(body, HasSubstr("charset=\"utf-8\""));
    EXPECT_LT(body.size(), 6000U);
  }
}

}  // namespace
}  // namespace gatehouse::edge
