#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/json.h"
#include "base/testing.h"
#include "cli/access_line.h"
#include "cli/columns.h"
#include "cli/life.h"
#include "cli/logs.h"
#include "cli/status_text.h"
#include "cli/time_text.h"

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;
using ::gatehouse::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Timestamp, is_RFC_3339_with_any_offset) {
  const WallTime time{std::chrono::seconds{1'790'000'000}};
  EXPECT_EQ(parse_timestamp("2026-09-21T14:13:20Z"), time);
  EXPECT_EQ(parse_timestamp("2026-09-21T14:13:20.5Z"), time);
  EXPECT_EQ(parse_timestamp("2026-09-21T16:13:20+02:00"), time);
  EXPECT_EQ(parse_timestamp("2026-09-21T09:43:20-04:30"), time);
  for (const char* bad :
       {"", "2026-09-21", "2026-13-21T14:13:20Z", "2026-09-21T14:13:20", "2026-09-21T24:13:20Z",
        "2026-09-21T14:13:20+2:00", "x026-09-21T14:13:20Z"}) {
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
  }
}

TEST(Span, is_told_in_the_largest_unit_of_which_there_are_two) {
  EXPECT_EQ(span_text(0s), "0 seconds");
  EXPECT_EQ(span_text(1s), "1 second");
  EXPECT_EQ(span_text(119s), "119 seconds");
  EXPECT_EQ(span_text(120s), "2 minutes");
  EXPECT_EQ(span_text(47h), "47 hours");
  EXPECT_EQ(span_text(48h), "2 days");
  EXPECT_EQ(span_text(24h * 800), "2 years");
  const WallTime now{};
  EXPECT_EQ(relative_text(now + 3h, now), "in 3 hours");
  EXPECT_EQ(relative_text(now - 3h, now), "3 hours ago");
  EXPECT_EQ(relative_text(now, now), "now");
}

TEST(Columns, are_aligned_by_characters_and_empty_ones_left_out) {
  Columns table({"NAME", "EMPTY", "WAY"});
  table.add({"\xc3\xa4", "", "x"});
  table.add({"longer", "", "\x1b[31m"});
  EXPECT_EQ(table.text().substr(0, 26), "NAME    WAY\n\xc3\xa4       x\nlon");
  EXPECT_THAT(table.text(), Not(HasSubstr("\x1b")));
}

TEST(Columns, cut_says_that_there_was_more) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdefg", 6), "abc...");
  EXPECT_EQ(cut("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", 4), "\xc3\xa4...");
  EXPECT_EQ(cut("abc", 2), "..");
}

api::Status status(std::string_view json) {
  api::Status made;
  EXPECT_TRUE(api::from_json(json, made));
  return made;
}

TEST(Status, shows_what_matters_on_one_screen) {
  const WallTime now = *parse_timestamp("2026-11-21T12:00:00Z");
  const api::Status busy = status(R"json({"version":"0.1.0","pid":7,"workers":2,
    "started":"2026-11-18T12:00:00Z","revision":"12","connections":"41","requests":"10234",
    "lastChange":{"number":"12","when":"2026-11-21T11:30:00Z","who":"root (uid 0)",
                  "why":"new file server","summary":["files.example.com is published"]},
    "sites":[{"name":"files.example.com","urls":["https://files.example.com"],
              "upstreams":["http://127.0.0.1:8080"],"enabled":true},
             {"name":"old.example.com","urls":["https://old.example.com:8443"],
              "upstreams":["http://10.0.0.5:80","http://10.0.0.6:80"],"enabled":false}],
    "certificates":[
      {"names":["gate1","localhost","127.0.0.1"],"origin":"local CA","renewsItself":true,"state":"valid",
       "notAfter":"2027-01-20T12:00:00Z","percentOfLife":33},
      {"names":["old.example.com"],"origin":"files /etc/old.crt","state":"due",
       "notAfter":"2026-11-24T12:00:00Z","percentOfLife":97}],
    "findings":[{"severity":"warning","about":"old.example.com",
      "sentence":"Its certificate ends in 3 days and nobody renews it.",
      "remedy":"Put a new one to /etc/old.crt and /etc/old.key."}],
    "suggestion":"gatehouse check files.example.com shows what clients see."})json");
  EXPECT_EQ(status_text(busy, now, Paint(false)),
            R"(gatehouse 0.1.0, revision 12, up 3 days
2 workers, 41 connections, 10234 requests

Sites
  https://files.example.com     ->  http://127.0.0.1:8080
  https://old.example.com:8443  ->  http://10.0.0.5:80, and 1 more (disabled)

Certificates
  [##########]  97 %  old.example.com               ends in 3 days
  [###.......]  33 %  gate1, localhost, and 1 more  renews itself, 60 days left

Last change
  30 minutes ago by root (uid 0): "new file server"
  - files.example.com is published

Findings
  warning  old.example.com: Its certificate ends in 3 days and nobody renews it.
           Put a new one to /etc/old.crt and /etc/old.key.

Suggestion
  gatehouse check files.example.com shows what clients see.
)");
}

TEST(Status, stays_within_80_columns_and_one_screen_however_much_there_is) {
  api::Status crowded;
  for (int i = 0; i < 500; ++i) {
    api::SiteRow& site = *crowded.add_sites();
    site.set_enabled(i % 2 == 0);
    site.add_urls("https://" + std::string(70, 'a') + std::to_string(i) + ".example.com");
    site.add_upstreams("http://" + std::string(70, 'b') + ".example.com");
    api::CertificateRow& certificate = *crowded.add_certificates();
    certificate.add_names(std::string(200, 'c'));
    certificate.set_not_after("2026-11-24T12:00:00Z");
    api::Finding& finding = *crowded.add_findings();
    finding.set_severity("error");
    finding.set_sentence("It is wrong.");
  }
  const std::string text =
      status_text(crowded, *parse_timestamp("2026-11-21T12:00:00Z"), Paint(false));
  const auto lines = gatehouse::testing::lines_of(text);
  EXPECT_LE(lines.size(), 40U);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_THAT(text, HasSubstr("and 492 more: gatehouse site list"));
}

TEST(Status, of_an_empty_gatehouse_says_how_to_begin) {
  const std::string text = status_text(status(R"({"version":"1"})"), WallTime{}, Paint(false));
  EXPECT_THAT(text, HasSubstr("none; publish one: gatehouse add"));
  EXPECT_THAT(text, Not(HasSubstr("Certificates")));
}

TEST(Status, a_reload_that_changed_nothing_stays_visible) {
  const std::string text =
      status_text(status(R"({"lastError":"/etc/g.yaml:7 is wrong."})"), WallTime{}, Paint(false));
  EXPECT_THAT(text, HasSubstr("A reload changed nothing\n  /etc/g.yaml:7 is wrong.\n"));
}

TEST(Paint, colours_only_where_it_may) {
  EXPECT_EQ(Paint(false).bad("x"), "x");
  EXPECT_EQ(Paint(true).bad("x"), "\x1b[1;31mx\x1b[0m");
}

TEST(AccessLine, is_none_for_anything_else) {
  for (const char* other : {"", "{}", "[]", "null", "text", R"({"status":200})",
                            R"({"status":"200","request":{}})", "{\"status\":1,\"request\":{}"}) {
    EXPECT_FALSE(AccessLine::parse(other)) << other;
  }
}

TEST(AccessLine, of_a_request_without_a_head_has_gaps_and_no_invention) {
  const auto line =
      AccessLine::parse(R"({"ts":1790000000,"request":{"client_ip":"192.0.2.7"},"status":400})");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->text, "14:13:20  400     192.0.2.7  0 ms");
  // 64 bits of nanoseconds end in the year 2262.
  EXPECT_THAT(AccessLine::parse(R"({"ts":17900000002,"request":{},"status":1})")->text,
              ::testing::StartsWith("--:--:--"));
  EXPECT_FALSE(AccessLine::parse(R"({"ts":1e300,"request":{},"status":1})")->text.empty());
}

TEST(AccessLine, is_harmless_whatever_a_client_sent) {
  const auto line =
      AccessLine::parse(R"({"request":{"uri":"/\u001b[31m","host":"[::1]:8443"},"status":200})");
  EXPECT_THAT(line->text, Not(HasSubstr("\x1b")));
  EXPECT_EQ(line->host, "[::1]");
}

TEST(GrowingFile, gives_whole_lines_and_follows_a_file_that_is_made_anew) {
  const TemporaryFolder folder;
  const std::string path = folder.file("log");
  std::ofstream(path) << "one\ntwo\nhal";
  auto file = GrowingFile::open(path);
  ASSERT_TRUE(file);
  std::vector<std::string> seen;
  const auto note = [&seen](const std::string& line) { seen.push_back(line); };
  file->take(note);
  EXPECT_THAT(seen, ElementsAre("one", "two"));
  std::ofstream(path, std::ios::app) << "f\n";
  file->take(note);
  std::filesystem::rename(path, path + ".1");
  std::ofstream(path + ".1", std::ios::app) << "late\n";
  std::ofstream(path) << "new\n";
  file->take(note);
  EXPECT_THAT(seen, ElementsAre("one", "two", "half", "late", "new"));
}

TEST(GrowingFile, that_is_not_there_is_not_found) {
  const auto none = GrowingFile::open("/nonexistent/log");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace gatehouse::cli
