#include "cli/check_command.h"

#include <gmock/gmock.h>

#include "base/testing.h"
#include "check/findings.h"
#include "cli/check_flags.h"
#include "cli/check_text.h"

namespace gatehouse::cli {
namespace {

using check::Severity;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;

// As the table of verbs declares its flags.
struct TestFlag {
  std::string_view name;
  std::string_view value;
  std::string_view help;
  Result<Ok> (*set)(CheckCommand& command, std::string_view value);
  bool repeatable = false;
};
constexpr auto kFlags = check_flags<TestFlag>();

Result<Ok> set(CheckCommand& command, std::string_view name, std::string_view value) {
  for (const TestFlag& flag : kFlags) {
    if (flag.name == name) return flag.set(command, value);
  }
  return fail(Fault::ours, "there is no such flag");
}

TEST(CheckFlags, fill_the_command) {
  CheckCommand command;
  ASSERT_TRUE(add_target(command, "a.example:8443"));
  ASSERT_TRUE(add_target(command, "http://b.example"));
  ASSERT_TRUE(set(command, "--trust", "a.pem"));
  ASSERT_TRUE(set(command, "--trust", "b.pem"));
  ASSERT_TRUE(set(command, "--connect", "192.0.2.7"));
  ASSERT_TRUE(set(command, "--http-port", "8080"));
  ASSERT_TRUE(set(command, "--json", ""));
  EXPECT_THAT(command.targets, SizeIs(2));
  EXPECT_THAT(command.trust, SizeIs(2));
  EXPECT_EQ(command.connect, "192.0.2.7");
  EXPECT_EQ(command.http_port, 8080);
  EXPECT_TRUE(command.json);
}

TEST(CheckFlags, refuse_what_cannot_be_meant) {
  CheckCommand command;
  for (const auto& [name, value] : {std::pair("--trust", ""),
                                    {"--connect", "a.example"},
                                    {"--connect", "192.0.2.7:0"},
                                    {"--connect", "unix:run"},
                                    {"--http-port", "0"},
                                    {"--http-port", "65536"},
                                    {"--http-port", "80 "},
                                    {"--http-port", ""}}) {
    EXPECT_FALSE(set(command, name, value)) << name << " " << value;
  }
}

TEST(CheckFlags, an_address_without_a_port_has_that_of_the_target) {
  EXPECT_EQ(parse_connect("192.0.2.7", 8443)->text(), "192.0.2.7:8443");
  EXPECT_EQ(parse_connect("192.0.2.7:444", 8443)->text(), "192.0.2.7:444");
  EXPECT_EQ(parse_connect("2001:db8::7", 8443)->text(), "[2001:db8::7]:8443");
  EXPECT_EQ(parse_connect("[2001:db8::7]:444", 8443)->text(), "[2001:db8::7]:444");
  EXPECT_TRUE(parse_connect("unix:/run/a.sock", 443)->is_unix());
}

// ------------------------------------------------------------------ exit codes

check::Report report_with(std::vector<check::Finding> findings, bool reached = true) {
  check::Report report{.target = check::Target::parse("a.example").value()};
  report.reached = reached;
  report.findings = std::move(findings);
  return report;
}

check::Finding finding(std::string_view code, Severity severity) {
  return {code, severity, "Something is wrong.", "Repair it.", "https://a.example/"};
}

TEST(CheckExitCode, is_zero_for_warnings_and_notices) {
  EXPECT_EQ(exit_code_of(report_with({})), 0);
  EXPECT_EQ(exit_code_of(report_with(
                {finding("chain_order", Severity::warning), finding("no_hsts", Severity::notice)})),
            0);
}

TEST(CheckExitCode, tells_expired_wrong_unreachable_and_due_apart) {
  const auto error = finding("self_signed", Severity::error);
  const auto due = finding("certificate_due", Severity::warning);
  EXPECT_EQ(exit_code_of(report_with({finding("expired", Severity::error), error})), 22);
  EXPECT_EQ(exit_code_of(report_with({error, due})), 20);
  EXPECT_EQ(exit_code_of(report_with({finding("unreachable", Severity::error)}, false)), 5);
  EXPECT_EQ(exit_code_of(report_with({due})), 21);
}

// ------------------------------------------------------------------ texts

check::Report full() {
  check::Report report = report_with({});
  report.dialled = "192.0.2.7:443";
  check::TlsFacts tls;
  tls.modern.end = tls::Observation::End::completed;
  tls.modern.info = {.version = 0x0304, .cipher_suite = 0x1301, .group = 0x001d};
  tls.alpn = {"h2"};
  tls.versions = {{0x0303, true, ""}, {0x0304, true, ""}};
  check::CertificateFacts leaf;
  leaf.subject = "CN=a \"quoted\" name,O=x";
  leaf.issuer = "CN=issuer";
  leaf.names = {"a.example", "b.example"};
  leaf.life_passed = 0.123;
  leaf.key = "ECDSA P-256";
  leaf.signature = "ECDSA with SHA-256";
  tls.chain.certificates = {leaf};
  tls.chain.open = "issuer";
  tls.without_name = "other.example";
  report.tls = tls;
  report.https = std::unexpected(check::NoAnswer{check::NoAnswer::Why::closed, "closed it"});
  report.plain = check::PlainFacts{.dialled = "192.0.2.7:80"};
  report.plain->reason = "refused the connection";
  report.clients = {{check::Client::browser, check::Outcome::warns, std::string(300, 'x')},
                    {check::Client::native, check::Outcome::refuses,
                     "It is a long story that has to be told on more than one line, because nobody "
                     "reads lines that are longer than a screen is wide."}};
  report.findings = {finding("self_signed", Severity::error)};
  report.suggestion = "Do the next thing.";
  return report;
}

TEST(CheckText, says_clients_facts_findings_and_what_to_do) {
  const std::string text = render_report(full());
  for (const auto* part :
       {"https://a.example/  at 192.0.2.7:443", "What each client will do", "browser  warns",
        "native   refuses", "TLS 1.2, 1.3; h2", "TLS_AES_128_GCM_SHA256, X25519",
        "a \"quoted\" name; ECDSA P-256", "12 % of its life is over", "<- missing: issuer",
        "who sends none gets other.example", "GET /: the server closed it",
        "192.0.2.7:80: refused the connection", "error    Something is wrong.", "-> Repair it.",
        "Next: Do the next thing."}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(CheckText, lines_are_no_longer_than_a_screen_unless_a_word_is) {
  check::Report report = full();
  report.clients.erase(report.clients.begin());
  EXPECT_THAT(gatehouse::testing::lines_of(render_report(report)), Each(SizeIs(Le(100u))));
}

TEST(CheckText, says_when_there_is_nothing_to_repair) {
  check::Report report = full();
  report.findings.clear();
  EXPECT_THAT(render_report(report), HasSubstr("Nothing to repair."));
}

TEST(CheckJson, is_one_line_of_json_with_a_version) {
  const std::vector<check::Report> reports{full(), report_with({}, false)};
  const std::string text = render_reports_json(reports, 20);
  EXPECT_THAT(gatehouse::testing::lines_of(text), SizeIs(1));
  EXPECT_TRUE(gatehouse::testing::JsonCheck::valid(text.substr(0, text.size() - 1))) << text;
  EXPECT_THAT(text, AllOf(HasSubstr(R"({"version":1,"exit_code":20,"reports":[)"),
                          HasSubstr(R"("subject":"CN=a \"quoted\" name,O=x")"),
                          HasSubstr(R"("life_passed":0.1230)"), HasSubstr(R"("missing":"issuer")"),
                          HasSubstr(R"("kind":"nobody")"), HasSubstr(R"("tls":null)")));
}

// ------------------------------------------------------------------ the whole

TEST(RunCheck, a_trust_file_without_a_certificate_is_an_error_that_names_it) {
  CheckCommand command;
  ASSERT_TRUE(add_target(command, "127.0.0.1:1"));
  command.trust = {"/nowhere/at-all.pem"};
  const auto checked = run_check(command, SystemClock());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::invalid);
  EXPECT_THAT(checked.error().what, HasSubstr("/nowhere/at-all.pem"));
}

TEST(RunCheck, nothing_to_check_is_nothing_wrong) {
  const auto checked = run_check({}, SystemClock());
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->exit_code, 0);
}

TEST(RunCheck, a_socket_that_is_not_there_is_unreachable) {
  CheckCommand command;
  ASSERT_TRUE(add_target(command, "a.example"));
  ASSERT_TRUE(set(command, "--connect", "unix:/nowhere/at-all.sock"));
  const auto checked = run_check(command, SystemClock());
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->exit_code, 5);
  EXPECT_THAT(checked->text, HasSubstr("does not exist"));
}

}  // namespace
}  // namespace gatehouse::cli
