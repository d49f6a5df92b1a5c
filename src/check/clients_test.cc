#include "check/clients.h"

#include <gmock/gmock.h>

namespace gatehouse::check {
namespace {

using ::testing::HasSubstr;
using Kind = crypto::ChainFault::Kind;

tls::Observation completed(std::uint16_t version = 0x0304) {
  tls::Observation seen;
  seen.end = tls::Observation::End::completed;
  seen.info = {.version = version, .cipher_suite = 0x1301, .group = 0x001d};
  return seen;
}

tls::Observation refused(std::string reason = "answered with an alert") {
  tls::Observation seen;
  seen.end = tls::Observation::End::alerted;
  seen.reason = std::move(reason);
  return seen;
}

Handshakes good() { return {completed(), completed(0x0303), {refused(), refused()}}; }

TlsFacts facts_with(std::vector<crypto::ChainFault> faults = {}, std::string key = "ECDSA P-256") {
  TlsFacts facts;
  facts.faults = std::move(faults);
  facts.chain.certificates.emplace_back();
  facts.chain.certificates.front().key = std::move(key);
  return facts;
}

Verdict of(Client client, const Handshakes& handshakes, const TlsFacts& facts) {
  for (const Verdict& verdict : verdicts(handshakes, facts)) {
    if (verdict.client == client) return verdict;
  }
  ADD_FAILURE() << "no verdict";
  return {client, Outcome::refuses, ""};
}

TEST(Verdicts, a_good_site_is_for_everybody_but_the_ancient) {
  for (const Client client : {Client::browser, Client::native, Client::old}) {
    EXPECT_EQ(of(client, good(), facts_with()).outcome, Outcome::connects) << text(client);
  }
  EXPECT_EQ(of(Client::ancient, good(), facts_with()).outcome, Outcome::refuses);
  EXPECT_THAT(of(Client::browser, good(), facts_with()).reason, HasSubstr("TLS 1.3 with TLS_AES"));
}

TEST(Verdicts, F4_what_a_person_can_click_away_stops_a_program) {
  for (const Kind kind : {Kind::self_signed, Kind::unknown_issuer, Kind::unknown_root,
                          Kind::expired, Kind::wrong_name}) {
    const TlsFacts facts = facts_with({{.kind = kind, .subject = "CN=a.example"}});
    EXPECT_EQ(of(Client::browser, good(), facts).outcome, Outcome::warns);
    EXPECT_EQ(of(Client::native, good(), facts).outcome, Outcome::refuses);
    EXPECT_EQ(of(Client::old, good(), facts).outcome, Outcome::refuses);
  }
}

TEST(Verdicts, a_wrong_signature_cannot_be_clicked_away) {
  const TlsFacts facts = facts_with({{.kind = Kind::bad_signature, .subject = "CN=a.example"}});
  EXPECT_EQ(of(Client::browser, good(), facts).outcome, Outcome::refuses);
}

TEST(Verdicts, all_reasons_are_said) {
  TlsFacts facts = facts_with({{.kind = Kind::self_signed, .subject = "CN=a.example"},
                               {.kind = Kind::expired, .subject = "CN=a.example"}},
                              "RSA 1024");
  facts.chain.certificates.front().weak_key = true;
  const std::string reason = of(Client::native, good(), facts).reason;
  for (const auto* part : {"signed by itself", "has expired", "RSA 1024"}) {
    EXPECT_THAT(reason, HasSubstr(part));
  }
}

TEST(Verdicts, an_ed25519_certificate_is_for_programs_only) {
  const TlsFacts facts = facts_with({}, "Ed25519");
  EXPECT_EQ(of(Client::browser, good(), facts).outcome, Outcome::refuses);
  EXPECT_EQ(of(Client::native, good(), facts).outcome, Outcome::connects);
  EXPECT_EQ(of(Client::old, good(), facts).outcome, Outcome::refuses);
}

TEST(Verdicts, a_handshake_that_fails_is_refused_with_what_the_server_did) {
  Handshakes handshakes = good();
  handshakes.old = refused();
  EXPECT_EQ(of(Client::old, handshakes, facts_with()).reason,
            "It speaks TLS 1.2 at most, and the server answered with an alert.");
  handshakes.modern = refused();
  EXPECT_EQ(of(Client::native, handshakes, facts_with()).reason,
            "The server answered with an alert.");
}

TEST(Verdicts, mutual_tls_is_said) {
  Handshakes handshakes = good();
  handshakes.modern.asked_for_certificate = true;
  EXPECT_EQ(of(Client::native, handshakes, facts_with()).outcome, Outcome::connects);
  EXPECT_THAT(of(Client::native, handshakes, facts_with()).reason,
              HasSubstr("asked for a client certificate"));
  handshakes.modern = refused();
  handshakes.modern.asked_for_certificate = true;
  EXPECT_EQ(of(Client::native, handshakes, facts_with()).reason,
            "The server insists on a client certificate.");
}

TEST(Verdicts, tls_of_the_last_century_is_told_where_it_is_spoken) {
  Handshakes handshakes = good();
  handshakes.ancient = {refused(), completed(0x0301)};
  const Verdict verdict = of(Client::ancient, handshakes, facts_with());
  EXPECT_EQ(verdict.outcome, Outcome::connects);
  EXPECT_THAT(verdict.reason, HasSubstr("TLS 1.0"));
}

}  // namespace
}  // namespace gatehouse::check
