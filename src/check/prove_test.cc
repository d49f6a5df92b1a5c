#include "check/prove.h"

#include "check/testing/servers.h"

namespace gatehouse::check::testing {
namespace {

using ::testing::HasSubstr;

class Prove : public CheckTest {
 protected:
  static ServerName name() { return tls::testing::server_name("a.example"); }
  std::vector<Proof> prove(const Listening& at, const crypto::Identity& planned) {
    return prove(at, planned, anchors());
  }
  std::vector<Proof> prove(const Listening& at, const crypto::Identity& planned,
                           std::vector<crypto::Certificate> trusted) {
    TlsPlan plan{.address = at.address(), .name = name()};
    plan.leaf = planned.leaf().sha256();
    return wait_for(prove_tls(reactor, plan, std::move(trusted)));
  }
  Proof prove_rule(const Listening& at, PlainRule rule) {
    return wait_for(prove_plain(reactor, {.address = at.address(), .name = name(), .rule = rule}));
  }
};

TEST_F(Prove, A9_the_planned_certificate_answers_both_clients_and_a_real_request) {
  const auto site = secure();
  const auto proofs = prove(site, good());
  ASSERT_EQ(proofs.size(), 2u);
  EXPECT_EQ(proofs[0].client, "browser");
  EXPECT_EQ(proofs[1].client, "native");
  for (const Proof& proof : proofs) {
    EXPECT_TRUE(proof.as_planned && proof.ok) << proof.sentence;
    EXPECT_EQ(proof.target, "https://a.example/ (" + site.address().text() + ")");
  }
  EXPECT_THAT(proofs[0].sentence, HasSubstr("GET / was answered with 200."));
  EXPECT_THAT(heard, HasSubstr("Host: a.example\r\n"));
}

TEST_F(Prove, another_certificate_than_the_planned_one_fails_the_change) {
  const auto site = secure();
  for (const Proof& proof : prove(site, self_signed())) {
    EXPECT_FALSE(proof.as_planned || proof.ok);
    EXPECT_THAT(proof.sentence, HasSubstr("instead of the planned one"));
  }
}

TEST_F(Prove, another_certificate_that_holds_the_name_is_right_where_that_was_planned) {
  TlsPlan plan{.address = {}, .name = name(), .or_any_with_the_name = true};
  plan.leaf = self_signed().leaf().sha256();
  const auto site = secure();
  plan.address = site.address();
  for (const Proof& proof : wait_for(prove_tls(reactor, plan, anchors()))) {
    EXPECT_TRUE(proof.as_planned) << proof.sentence;
  }
  plan.name = tls::testing::server_name("b.example");
  for (const Proof& proof : wait_for(prove_tls(reactor, plan, anchors()))) {
    EXPECT_FALSE(proof.as_planned);
  }
}

TEST_F(Prove, F4_a_planned_self_signed_certificate_warns_browsers_and_stops_native_clients) {
  const auto mine = self_signed();
  show(mine);
  const auto site = secure();
  const auto proofs = prove(site, mine);
  ASSERT_EQ(proofs.size(), 2u);
  EXPECT_TRUE(proofs[0].as_planned && !proofs[0].ok);
  EXPECT_TRUE(proofs[1].as_planned && !proofs[1].ok);
  EXPECT_THAT(proofs[0].sentence, HasSubstr("warns: "));
  EXPECT_THAT(proofs[1].sentence, HasSubstr("refuses: "));
}

TEST_F(Prove, a_self_signed_certificate_that_is_trusted_is_good_for_both) {
  const auto mine = self_signed();
  show(mine);
  const auto site = secure();
  for (const Proof& proof : prove(site, mine, {mine.leaf()})) {
    EXPECT_TRUE(proof.as_planned && proof.ok) << proof.sentence;
  }
}

TEST_F(Prove, an_application_that_does_not_answer_is_told_and_decides_nothing) {
  const auto site = secure("");
  for (const Proof& proof : prove(site, good())) EXPECT_TRUE(proof.as_planned) << proof.sentence;
}

TEST_F(Prove, a_listener_that_is_not_there_fails_the_change) {
  std::optional<Listening> gone;
  gone.emplace(reactor, [](io::Reactor& on, io::Fd fd) { return keep_silent(on, std::move(fd)); });
  TlsPlan plan{.address = gone->address(), .name = name()};
  gone.reset();
  for (const Proof& proof : wait_for(prove_tls(reactor, plan, anchors()))) {
    EXPECT_FALSE(proof.as_planned || proof.ok);
    EXPECT_THAT(proof.sentence, HasSubstr("refused the connection"));
  }
}

TEST_F(Prove, a_server_that_says_nothing_ends_the_proof_in_time) {
  const auto site = silent();
  TlsPlan plan{.address = site.address(), .name = name()};
  const auto proofs =
      wait_for(prove_tls(reactor, plan, anchors()), [this] { clock.advance(100ms); });
  for (const Proof& proof : proofs) {
    EXPECT_FALSE(proof.as_planned);
    EXPECT_THAT(proof.sentence, HasSubstr("did not answer in time"));
  }
}

TEST_F(Prove, F12_plain_http_is_redirected_kept_or_refused_as_planned) {
  const auto redirecting = plain(
      "HTTP/1.1 308 Permanent Redirect\r\nLocation: https://a.example/\r\n"
      "Content-Length: 0\r\n\r\n");
  const auto serving = plain(std::string(kOkAnswer));
  const auto refusing = plain("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(prove_rule(redirecting, PlainRule::redirect).ok);
  EXPECT_FALSE(prove_rule(redirecting, PlainRule::keep).ok);
  EXPECT_FALSE(prove_rule(redirecting, PlainRule::refuse).ok);
  EXPECT_TRUE(prove_rule(serving, PlainRule::keep).ok);
  EXPECT_FALSE(prove_rule(serving, PlainRule::redirect).ok);
  EXPECT_FALSE(prove_rule(serving, PlainRule::refuse).ok);
  EXPECT_TRUE(prove_rule(refusing, PlainRule::refuse).ok);
  EXPECT_TRUE(prove_rule(refusing, PlainRule::keep).ok);
  EXPECT_FALSE(prove_rule(refusing, PlainRule::redirect).ok);
  const Proof wrong = prove_rule(serving, PlainRule::redirect);
  EXPECT_EQ(wrong.client, "plain");
  EXPECT_EQ(wrong.sentence, "Answered with 200. Plain HTTP should be redirected to https here.");
}

TEST_F(Prove, a_connection_that_is_closed_is_a_refusal) {
  const auto closing = blurting("");
  EXPECT_TRUE(prove_rule(closing, PlainRule::refuse).ok);
  EXPECT_FALSE(prove_rule(closing, PlainRule::keep).ok);
}

}  // namespace
}  // namespace gatehouse::check::testing
