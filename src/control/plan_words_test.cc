#include "control/plan_words.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/testing/configurations.h"

namespace gatehouse::control {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::settings_of;
using ::testing::SizeIs;

std::vector<std::string> words(std::string_view before, std::string_view after) {
  return plan_words(settings_of(before), settings_of(after), nullptr);
}

constexpr std::string_view kNothing = "version: 1\n";
constexpr std::string_view kSite =
    "version: 1\nsites:\n  files.example.com: http://127.0.0.1:8080\n";

TEST(PlanWords, say_nothing_when_nothing_changes) { EXPECT_THAT(words(kSite, kSite), IsEmpty()); }

TEST(PlanWords, tell_of_a_site_that_appears) {
  const auto plan = words(kNothing, kSite);
  EXPECT_THAT(plan, Contains("port 443 opens on all addresses"));
  EXPECT_THAT(plan, Contains("port 80 opens on all addresses for plain HTTP"));
  EXPECT_THAT(plan, Contains("site files.example.com appears: https://files.example.com -> "
                             "http://127.0.0.1:8080"));
  EXPECT_THAT(plan, Contains("the default identity answers for files.example.com"));
  EXPECT_THAT(plan, Contains("plain HTTP for files.example.com on port 80 redirects to HTTPS"));
  EXPECT_THAT(plan, Contains("http://localhost:80 stays"));
}

TEST(PlanWords, tell_of_a_site_that_disappears_and_what_closes) {
  const auto plan = words(kSite, kNothing);
  EXPECT_THAT(plan, Contains("site files.example.com disappears"));
  EXPECT_THAT(plan, Contains("port 443 closes on all addresses"));
}

TEST(PlanWords, F12_plain_http_on_loopback_alone_opens_nothing_outside) {
  const auto plan = words(kNothing,
                          "version: 1\nsites:\n  a.example:\n    upstreams: http://127.0.0.1:1\n"
                          "    http: {external: refuse, loopback: keep}\n");
  EXPECT_THAT(plan, Contains("port 80 opens on localhost for plain HTTP"));
  EXPECT_THAT(plan, Not(Contains(HasSubstr("port 80 opens on all"))));
}

TEST(PlanWords, tell_what_of_a_site_is_different) {
  const auto plan =
      words(kSite, "version: 1\nsites:\n  files.example.com: http://127.0.0.1:9090\n");
  EXPECT_THAT(plan, SizeIs(1));
  EXPECT_THAT(plan[0],
              HasSubstr("leads to http://127.0.0.1:9090 instead of http://127.0.0.1:8080"));
}

TEST(PlanWords, tell_of_what_waits_for_the_next_start) {
  const auto plan = words(kNothing, "version: 1\nprocess: {workers: 3}\n");
  EXPECT_THAT(plan, Contains(HasSubstr("at the next start")));
}

TEST(PlanWords, tell_where_requests_are_logged_from_now_on) {
  const std::string_view none = "version: 1\nlogs: {access: none}\n";
  EXPECT_THAT(words(none, "version: 1\nlogs: {access: /var/log/a.log}\n"),
              Contains("requests are logged to /var/log/a.log"));
  EXPECT_THAT(words(none, "version: 1\nlogs: {access: journal}\n"),
              Contains("requests are logged to the journal"));
  EXPECT_THAT(words(none, "version: 1\nlogs: {access: \"-\"}\n"),
              Contains("requests are logged to standard output"));
  EXPECT_THAT(words("version: 1\nlogs: {access: /var/log/a.log}\n", none),
              Contains("requests are not logged any more"));
}

TEST(PlanWords, count_what_nobody_would_read) {
  std::string many = "version: 1\nsites:\n";
  for (int i = 0; i < 50; ++i) many += fmt::format("  s{}.example: http://127.0.0.1:1\n", i);
  EXPECT_THAT(words(kNothing, many), Contains("30 more sites appear"));
}

}  // namespace
}  // namespace gatehouse::control
