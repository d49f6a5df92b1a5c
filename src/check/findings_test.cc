#include "check/findings.h"

#include <gmock/gmock.h>

#include "check/shown.h"

namespace gatehouse::check {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = crypto::ChainFault::Kind;
using Plain = PlainFacts::Kind;

CertificateFacts leaf() {
  CertificateFacts facts;
  facts.subject = "CN=a.example";
  facts.names = {"a.example"};
  facts.life_passed = 0.5;
  facts.key = "ECDSA P-256";
  facts.signature = "ECDSA with SHA-256";
  return facts;
}

// A site that everybody likes, seen from another machine.
Report good() {
  Report report{.target = Target::parse("https://a.example").value()};
  report.reached = true;
  report.dialled = "192.0.2.7:443";
  TlsFacts tls;
  tls.modern.end = tls::Observation::End::completed;
  tls.versions = {{0x0301, false, ""}, {0x0302, false, ""}, {0x0303, true, ""}, {0x0304, true, ""}};
  tls.post_quantum = true;
  tls.chain.certificates = {leaf()};
  tls.name_matches = true;
  report.tls = tls;
  report.https = HttpAnswer{
      .status = 200, .location = "", .server = "", .strict_transport_security = "max-age=31536000"};
  return report;
}

PlainFacts plain(Plain kind, bool loopback = false) {
  PlainFacts facts{.dialled = loopback ? "127.0.0.1:80" : "192.0.2.7:80", .loopback = loopback};
  facts.kind = kind;
  return facts;
}

std::vector<std::string_view> codes(Report& report) {
  judge(report);
  std::vector<std::string_view> all;
  for (const Finding& finding : report.findings) all.push_back(finding.code);
  return all;
}

TEST(Findings, a_good_site_has_none) {
  Report report = good();
  EXPECT_THAT(codes(report), IsEmpty());
  EXPECT_EQ(report.suggestion, "");
}

TEST(Findings, F12_plain_http_is_served_outside_only_with_a_warning) {
  for (const Plain right : {Plain::redirects, Plain::refuses, Plain::nobody, Plain::closes}) {
    Report report = good();
    report.plain = plain(right);
    EXPECT_THAT(codes(report), IsEmpty()) << text(right);
  }
  Report open = good();
  open.plain = plain(Plain::serves);
  EXPECT_THAT(codes(open), ElementsAre("plain_served"));
  Report inside = good();
  inside.plain = plain(Plain::serves, true);
  EXPECT_THAT(codes(inside), IsEmpty());
}

TEST(Findings, A10_after_a_green_check_plain_http_can_be_closed) {
  Report report = good();
  report.plain = plain(Plain::serves);
  judge(report);
  EXPECT_THAT(report.suggestion, HasSubstr("Plain HTTP can be closed now"));
  EXPECT_THAT(report.suggestion, HasSubstr("http: {external: redirect, loopback: keep}"));
}

TEST(Findings, A10_before_that_it_stays_open) {
  Report report = good();
  report.plain = plain(Plain::serves);
  report.tls->faults = {{.kind = Kind::expired, .subject = "CN=a.example"}};
  judge(report);
  EXPECT_THAT(report.suggestion, HasSubstr("Leave plain HTTP open"));
}

TEST(Findings, the_gravest_stand_first) {
  Report report = good();
  report.tls->post_quantum = false;
  report.tls->chain.in_order = false;
  report.tls->faults = {{.kind = Kind::self_signed, .subject = "CN=a.example"}};
  EXPECT_THAT(codes(report), ElementsAre("self_signed", "chain_order", "no_post_quantum"));
  EXPECT_TRUE(report.has(Severity::error));
  EXPECT_EQ(report.findings.front().about, "https://a.example/");
}

TEST(Findings, every_fault_of_a_chain_is_an_error_with_a_code_of_its_own) {
  std::vector<std::string_view> all;
  for (const Kind kind :
       {Kind::unknown_root, Kind::self_signed, Kind::expired, Kind::not_yet_valid, Kind::wrong_name,
        Kind::wrong_purpose, Kind::not_permitted, Kind::bad_signature, Kind::other}) {
    Report report = good();
    report.tls->faults = {{.kind = kind, .subject = "CN=a.example", .reason = "why"}};
    const auto found = codes(report);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(report.findings.front().severity, Severity::error);
    EXPECT_TRUE(report.findings.front().sentence.ends_with('.'));
    EXPECT_EQ(std::ranges::count(all, found.front()), 0) << found.front();
    all.push_back(found.front());
  }
}

TEST(Findings, weak_keys_and_signatures_are_errors_but_not_the_signature_of_a_root) {
  Report report = good();
  CertificateFacts root = leaf();
  root.self_issued = root.weak_signature = true;
  report.tls->chain.certificates.push_back(root);
  EXPECT_THAT(codes(report), IsEmpty());
  report.tls->chain.certificates.front().weak_signature = true;
  report.tls->chain.certificates.front().weak_key = true;
  EXPECT_THAT(codes(report), ElementsAre("weak_key", "weak_signature"));
}

TEST(Findings, tls_of_the_last_century_is_a_warning) {
  Report report = good();
  report.tls->versions[0].accepted = true;
  EXPECT_THAT(codes(report), ElementsAre("old_tls"));
  EXPECT_EQ(report.findings.front().severity, Severity::warning);
}

TEST(Findings, a_missing_hsts_is_a_notice_where_it_could_be) {
  Report report = good();
  report.https->value().strict_transport_security.reset();
  EXPECT_THAT(codes(report), ElementsAre("no_hsts"));
  EXPECT_EQ(report.findings.front().severity, Severity::notice);
  report.target.name = ServerName::parse("192.0.2.7").value();
  EXPECT_THAT(codes(report), IsEmpty());
}

TEST(Findings, a_name_that_the_server_does_not_know_is_told_as_such) {
  Report report = good();
  report.tls->modern.end = tls::Observation::End::alerted;
  report.tls->modern.alert = 112;
  report.tls->chain.certificates.clear();
  report.https.reset();
  EXPECT_THAT(codes(report), ElementsAre("name_unknown"));
}

TEST(Findings, I8_a_port_that_answers_http_and_is_mute_for_tls_is_plain) {
  Report report = good();
  report.tls->modern.end = tls::Observation::End::closed;
  report.tls->chain.certificates.clear();
  report.https.reset();
  report.plain_here = plain(Plain::serves);
  report.plain_here->answer =
      HttpAnswer{.status = 200, .location = "", .server = "", .strict_transport_security = {}};
  EXPECT_THAT(codes(report), ElementsAre("plain_http_on_tls_port"));
}

// ------------------------------------------------------------------ names

TEST(ShortName, is_the_common_name_without_its_escapes) {
  EXPECT_EQ(short_name("CN=a.example,O=x"), "a.example");
  EXPECT_EQ(short_name("O=x,CN=local CA of vm\\, 2026"), "local CA of vm, 2026");
  EXPECT_EQ(short_name("O=x+CN=both"), "both");
  EXPECT_EQ(short_name("CN=M\\C3\\BCller"), "M\xc3\xbcller");
  EXPECT_EQ(short_name("O=a\\,CN=b,L=c"), "O=a\\,CN=b,L=c");
  EXPECT_EQ(short_name("O=only"), "O=only");
  EXPECT_EQ(short_name("CN="), "CN=");
  EXPECT_EQ(short_name(""), "");
  EXPECT_EQ(short_name("CN=a\\"), "a\\");
}

TEST(ShortName, is_neither_endless_nor_dangerous) {
  EXPECT_LT(short_name("CN=" + std::string(10'000, 'x')).size(), 400u);
  EXPECT_EQ(short_name("CN=\\1B[31m").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::check
