#include "check/examine.h"

#include "check/testing/servers.h"

namespace gatehouse::check::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Examine : public CheckTest {
 protected:
  static Target target(const Listening& at, std::string_view url = "https://a.example") {
    Target parsed = Target::parse(url).value();
    parsed.address = at.address();
    return parsed;
  }
  // Where something listened a moment ago.
  Target nobody() {
    const auto gone = silent();
    return target(gone);
  }
  Report examine_it(Target target, Options options) {
    options.within = 300s;  // of a clock that stands still
    options.dial = 100s;
    if (options.anchors.empty()) options.anchors = anchors();
    return wait_for(examine(reactor, *resolver, std::move(target), std::move(options)));
  }
  // Beside the site nothing is looked for unless the test says where.
  Report examine_it(const Listening& at, std::string_view url = "https://a.example:8443") {
    return examine_it(target(at, url), {});
  }
  static const Verdict& of(const Report& report, Client client) {
    for (const Verdict& verdict : report.clients) {
      if (verdict.client == client) return verdict;
    }
    ADD_FAILURE() << "no verdict for " << text(client);
    return report.clients.front();
  }
  static std::vector<std::string> outcomes(const Report& report) {
    std::vector<std::string> all;
    for (const Verdict& verdict : report.clients) {
      all.push_back(std::string(text(verdict.client)) + ": " + std::string(text(verdict.outcome)));
    }
    return all;
  }
  static const Finding* finding(const Report& report, std::string_view code) {
    for (const Finding& one : report.findings) {
      if (one.code == code) return &one;
    }
    return nullptr;
  }
  static std::string sentence(const Report& report, std::string_view code) {
    const Finding* found = finding(report, code);
    return found == nullptr ? "" : found->sentence;
  }
  static std::vector<std::string_view> grave(const Report& report) {
    std::vector<std::string_view> all;
    for (const Finding& one : report.findings) {
      if (one.severity != Severity::notice) all.push_back(one.code);
    }
    return all;
  }
};

// ------------------------------------------------------------------ a good site

TEST_F(Examine, A9_a_good_site_gets_a_real_request_and_no_complaint) {
  const auto site = secure();
  const Report report = examine_it(site);
  EXPECT_TRUE(report.reached);
  EXPECT_THAT(grave(report), ElementsAre());
  ASSERT_TRUE(report.https && report.https->has_value());
  EXPECT_EQ(report.https->value().status, 200);
  EXPECT_THAT(heard, AllOf(HasSubstr("GET / HTTP/1.1\r\n"), HasSubstr("Host: a.example:8443\r\n")));
  EXPECT_EQ(report.dialled, site.address().text());
}

TEST_F(Examine, what_each_client_does_is_said_for_every_class) {
  const auto site = secure();
  EXPECT_THAT(outcomes(examine_it(site)), ElementsAre("browser: connects", "native: connects",
                                                      "old: connects", "ancient: refuses"));
}

TEST_F(Examine, versions_group_and_protocols_are_what_the_server_takes) {
  const auto site = secure();
  const Report report = examine_it(site);
  ASSERT_TRUE(report.tls);
  std::vector<bool> accepted;
  for (const VersionFacts& version : report.tls->versions) accepted.push_back(version.accepted);
  EXPECT_THAT(accepted, ElementsAre(false, false, true, true));
  EXPECT_THAT(report.tls->versions[0].reason, HasSubstr("alert"));
  EXPECT_TRUE(report.tls->post_quantum);
  EXPECT_EQ(report.tls->alpn, std::vector<std::string>{"http/1.1"});
  EXPECT_EQ(report.tls->modern.info.version, TLS1_3_VERSION);
}

TEST_F(Examine, a_server_for_tls_1_3_alone_leaves_old_clients_outside) {
  show(good(), tls::Profile::modern);
  const auto site = secure();
  const Report report = examine_it(site);
  EXPECT_EQ(of(report, Client::native).outcome, Outcome::connects);
  EXPECT_EQ(of(report, Client::old).outcome, Outcome::refuses);
  EXPECT_THAT(of(report, Client::old).reason, HasSubstr("TLS 1.2 at most"));
  EXPECT_THAT(grave(report), ElementsAre());
}

TEST_F(Examine, a_server_of_http_2_alone_is_fine_for_browsers) {
  serve({.alpn = {"h2"}});
  const auto site = secure();
  const Report report = examine_it(site);
  EXPECT_EQ(of(report, Client::browser).outcome, Outcome::connects);
  EXPECT_FALSE(report.https);
  EXPECT_EQ(report.tls->alpn, std::vector<std::string>{"h2"});
  EXPECT_THAT(grave(report), ElementsAre());
}

TEST_F(Examine, the_certificate_is_described) {
  const auto site = secure();
  const Report report = examine_it(site);
  ASSERT_EQ(report.tls->chain.certificates.size(), 2u);
  const CertificateFacts& leaf = report.tls->chain.certificates.front();
  EXPECT_EQ(leaf.subject, "CN=a.example");
  EXPECT_EQ(leaf.issuer, "CN=intermediate");
  EXPECT_THAT(leaf.names, ElementsAre("a.example", "127.0.0.1"));
  EXPECT_EQ(leaf.key, "ECDSA P-256");
  EXPECT_EQ(leaf.signature, "ECDSA with SHA-256");
  EXPECT_EQ(leaf.sha256, good().leaf().sha256());
  EXPECT_TRUE(report.tls->chain.in_order);
  EXPECT_FALSE(report.tls->chain.open);
}

// ------------------------------------------------------------------ trust

TEST_F(Examine, F4_a_self_signed_certificate_warns_browsers_and_is_refused_by_native_clients) {
  show(self_signed());
  const auto site = secure();
  const Report report = examine_it(site);
  EXPECT_EQ(of(report, Client::browser).outcome, Outcome::warns);
  EXPECT_EQ(of(report, Client::native).outcome, Outcome::refuses);
  EXPECT_THAT(of(report, Client::native).reason, HasSubstr("signed by itself"));
  EXPECT_EQ(finding(report, "self_signed")->severity, Severity::error);
  EXPECT_THAT(finding(report, "self_signed")->remedy, HasSubstr("--trust"));
}

TEST_F(Examine, an_authority_that_nobody_knows_is_named) {
  const auto site = secure();
  Options options;
  options.anchors = {self_signed().leaf()};
  const Report report = examine_it(target(site), std::move(options));
  EXPECT_EQ(of(report, Client::browser).outcome, Outcome::warns);
  EXPECT_EQ(of(report, Client::native).outcome, Outcome::refuses);
  EXPECT_THAT(sentence(report, "issuer_unknown"), HasSubstr("issued by root, which"));
}

TEST_F(Examine, a_missing_intermediate_is_named_with_its_remedy) {
  show({{good().leaf()}, good().key});
  const auto site = secure();
  const Report report = examine_it(site);
  EXPECT_EQ(report.tls->chain.open, "intermediate");
  EXPECT_THAT(sentence(report, "issuer_missing"), HasSubstr("ends at intermediate,"));
  EXPECT_THAT(finding(report, "issuer_missing")->remedy, HasSubstr("fullchain"));
  EXPECT_EQ(of(report, Client::native).outcome, Outcome::refuses);
}

TEST_F(Examine, a_chain_in_disorder_is_a_warning_and_a_sent_root_a_notice) {
  show({{good().leaf(), authority().root, authority().intermediate}, good().key});
  const auto disorder = secure();
  const Report wrong = examine_it(disorder);
  EXPECT_EQ(of(wrong, Client::native).outcome, Outcome::connects);
  EXPECT_THAT(grave(wrong), ElementsAre("chain_order"));
  show({{good().leaf(), authority().intermediate, authority().root}, good().key});
  const auto all = secure();
  const Report whole = examine_it(all);
  EXPECT_THAT(grave(whole), ElementsAre());
  EXPECT_TRUE(whole.has("root_sent"));
}

TEST_F(Examine, a_certificate_for_clients_is_none_for_a_server) {
  show(issued([](auto& spec) { spec.purpose = crypto::Purpose::client; }));
  const auto site = secure();
  EXPECT_TRUE(examine_it(site).has("wrong_purpose"));
}

// ------------------------------------------------------------------ names

TEST_F(Examine, another_name_than_the_certificate_holds_is_explained) {
  const auto site = secure();
  const Report report = examine_it(site, "https://b.example:8443");
  EXPECT_EQ(of(report, Client::browser).outcome, Outcome::warns);
  EXPECT_FALSE(report.tls->name_matches);
  EXPECT_EQ(sentence(report, "wrong_name"),
            "The certificate does not speak for b.example but for a.example, 127.0.0.1.");
}

TEST_F(Examine, F5_an_address_works_only_when_the_certificate_holds_it) {
  const auto site = secure();
  EXPECT_THAT(grave(examine_it(site, "https://127.0.0.1:8443")), ElementsAre());
  const Report other = examine_it(site, "https://192.0.2.7:8443");
  EXPECT_EQ(of(other, Client::native).outcome, Outcome::refuses);
  EXPECT_THAT(
      sentence(other, "wrong_name"),
      HasSubstr("https://192.0.2.7 cannot work: the certificate does not hold the address"));
  EXPECT_THAT(finding(other, "wrong_name")->remedy, HasSubstr("IP address"));
}

TEST_F(Examine, what_a_client_without_a_name_gets_is_told) {
  const auto site = secure();
  EXPECT_EQ(examine_it(site).tls->without_name, "a.example");
}

// ------------------------------------------------------------------ time

TEST_F(Examine, expiry_is_judged_by_the_part_of_its_life_that_has_passed) {
  const auto site = secure();
  advance(24h * 59);
  EXPECT_THAT(grave(examine_it(site)), ElementsAre());
  advance(24h * 2);
  const Report due = examine_it(site);
  EXPECT_THAT(grave(due), ElementsAre("certificate_due"));
  EXPECT_THAT(sentence(due, "certificate_due"), HasSubstr("68 % of its life is over"));
  EXPECT_EQ(of(due, Client::native).outcome, Outcome::connects);
}

TEST_F(Examine, a_certificate_of_some_days_is_judged_by_the_same_fraction) {
  show(issued([](auto& spec) { spec.not_after = spec.not_before + 6 * 24h; }));
  const auto site = secure();
  advance(24h * 3);
  EXPECT_THAT(grave(examine_it(site)), ElementsAre());
  advance(24h + 1h);
  EXPECT_THAT(grave(examine_it(site)), ElementsAre("certificate_due"));
}

TEST_F(Examine, an_expired_certificate_warns_browsers_and_is_an_error) {
  const auto site = secure();
  advance(24h * 91);
  const Report report = examine_it(site);
  EXPECT_EQ(of(report, Client::browser).outcome, Outcome::warns);
  EXPECT_EQ(of(report, Client::native).outcome, Outcome::refuses);
  EXPECT_THAT(grave(report), ElementsAre("expired"));
}

TEST_F(Examine, a_certificate_of_tomorrow_is_an_error_that_speaks_of_clocks) {
  show(issued([](auto& spec) { spec.not_before += 24h; }));
  const auto site = secure();
  const Report report = examine_it(site);
  EXPECT_THAT(finding(report, "not_yet_valid")->remedy, HasSubstr("clock"));
}

// ------------------------------------------------------------------ the wrong protocol

TEST_F(Examine, I8_plain_http_on_a_tls_port_is_explained) {
  const auto site = blurting("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  const Report report = examine_it(site);
  EXPECT_THAT(sentence(report, "plain_http_on_tls_port"), HasSubstr("speaks HTTP without TLS"));
  EXPECT_EQ(finding(report, "plain_http_on_tls_port")->remedy,
            "Open http://a.example:8443/ instead, or put TLS on this port.");
  EXPECT_EQ(of(report, Client::browser).outcome, Outcome::refuses);
}

TEST_F(Examine, I8_tls_on_a_plain_port_is_explained) {
  const auto site = secure();
  const Report report = examine_it(site, "http://a.example:8080");
  EXPECT_THAT(sentence(report, "tls_on_plain_port"), HasSubstr("speaks TLS"));
  EXPECT_EQ(finding(report, "tls_on_plain_port")->remedy, "Open https://a.example:8080/ instead.");
}

TEST_F(Examine, I8_what_a_tls_port_says_to_plain_http_is_a_fact) {
  const auto site = secure();
  const Report report = examine_it(site);
  ASSERT_TRUE(report.plain_here && report.plain_here->answer);
  EXPECT_EQ(report.plain_here->answer->status, 400);
}

// ------------------------------------------------------------------ plain HTTP beside

TEST_F(Examine, F12_plain_http_beside_it_is_looked_at) {
  const auto site = secure();
  const auto open = plain(
      "HTTP/1.1 308 Permanent Redirect\r\nLocation: https://a.example/\r\n"
      "Content-Length: 0\r\n\r\n");
  Options options;
  options.plain_port = open.port();
  const Report report = examine_it(target(site), std::move(options));
  ASSERT_TRUE(report.plain);
  EXPECT_EQ(report.plain->kind, PlainFacts::Kind::redirects);
  EXPECT_EQ(report.plain->answer->location, "https://a.example/");
  EXPECT_THAT(grave(report), ElementsAre());
}

TEST_F(Examine, F12_plain_http_that_stays_on_loopback_is_right) {
  const auto site = secure();
  const auto open = plain(std::string(kOkAnswer));
  Options options;
  options.plain_port = open.port();
  const Report report = examine_it(target(site), std::move(options));
  EXPECT_EQ(report.plain->kind, PlainFacts::Kind::serves);
  EXPECT_TRUE(report.plain->loopback);
  EXPECT_THAT(grave(report), ElementsAre());
}

TEST_F(Examine, a_plain_site_is_examined_as_such) {
  const auto site = plain(std::string(kOkAnswer));
  const Report report = examine_it(site, "http://a.example/start?x=1");
  EXPECT_TRUE(report.reached);
  EXPECT_FALSE(report.tls);
  EXPECT_EQ(report.plain->kind, PlainFacts::Kind::serves);
  EXPECT_THAT(heard, HasSubstr("GET /start?x=1 HTTP/1.1\r\nHost: a.example\r\n"));
}

// ------------------------------------------------------------------ servers that do not behave

TEST_F(Examine, a_server_that_is_not_there_is_unreachable) {
  const Report report = examine_it(nobody(), {});
  EXPECT_FALSE(report.reached);
  EXPECT_THAT(grave(report), ElementsAre("unreachable"));
  EXPECT_THAT(report.unreachable, HasSubstr("refused the connection"));
}

TEST_F(Examine, a_server_that_says_nothing_ends_the_examination_in_time) {
  const auto site = silent();
  Options options;
  options.anchors = anchors();
  const Report report = wait_for(examine(reactor, *resolver, target(site), std::move(options)),
                                 [this] { clock.advance(100ms); });
  EXPECT_THAT(sentence(report, "no_handshake"), HasSubstr("did not answer in time"));
  EXPECT_EQ(of(report, Client::browser).outcome, Outcome::refuses);
}

TEST_F(Examine, an_application_that_never_answers_is_a_warning) {
  const auto site = secure("");
  EXPECT_THAT(grave(examine_it(site)), ElementsAre("no_answer"));
}

TEST_F(Examine, an_application_that_is_broken_is_not_blamed_on_tls) {
  const auto site = secure("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  const Report report = examine_it(site);
  EXPECT_THAT(grave(report), ElementsAre("server_error"));
  EXPECT_THAT(finding(report, "server_error")->remedy, HasSubstr("TLS is not the cause"));
}

TEST_F(Examine, a_redirect_back_into_the_open_is_a_warning) {
  const auto site =
      secure("HTTP/1.1 302 Found\r\nLocation: http://a.example/login\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(grave(examine_it(site)), ElementsAre("redirects_to_plain"));
}

TEST_F(Examine, a_head_without_end_is_cut_off) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  while (head.size() < 64 * 1024) head += "X: " + std::string(900, 'x') + "\r\n";
  const auto site = secure(head);
  const Report report = examine_it(site);
  ASSERT_TRUE(report.https && !report.https->has_value());
  EXPECT_EQ(report.https->error().why, NoAnswer::Why::not_http);
}

TEST_F(Examine, bytes_that_are_neither_tls_nor_http_are_no_answer) {
  const auto site = blurting("220 mail.example ESMTP\r\n");
  const Report report = examine_it(site);
  EXPECT_THAT(sentence(report, "no_handshake"), HasSubstr("something that is not TLS"));
}

TEST_F(Examine, what_a_server_says_cannot_play_with_the_terminal) {
  const auto site = secure(
      "HTTP/1.1 302 Found\r\nLocation: http://a.example/\xc2\x9b"
      "31m\r\nContent-Length: 0\r\n\r\n");
  const Report report = examine_it(site);
  for (const Finding& one : report.findings) {
    EXPECT_EQ(one.sentence.find("\xc2\x9b"), std::string::npos) << one.sentence;
  }
}

}  // namespace
}  // namespace gatehouse::check::testing
