#include <gmock/gmock.h>

#include "certs/authority/testing/authority_fixture.h"

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;

class RenewTest : public testing::AuthorityFixture {
 protected:
  RenewTest() { init(); }

  Result<NewCertificate> try_renew(const std::string& serial) {
    return run(authorities().renew(name(), serial, {"renewal", "renewed by the CA plant"}, soon()));
  }
  NewCertificate renew(const NewCertificate& before) {
    return must(try_renew(before.issued.serial));
  }
  KeptIssued entry(const std::string& serial) {
    return must(run(authorities().reader().issued_as(name(), serial, soon())));
  }
};

TEST_F(RenewTest, the_next_certificate_is_like_the_one_before_with_a_new_key) {
  auto wanted = server_request({"a.plant4.local", "10.20.0.7"});
  wanted.life = std::chrono::days{30};
  wanted.key_type = crypto::KeyType::p384;
  const auto before = issue(wanted, KeepHere{.name = RecordName::parse("files").value()});
  clock.advance(std::chrono::days{20});
  const auto after = renew(before);
  const crypto::Certificate& leaf = after.identity.leaf();
  EXPECT_EQ(leaf.names().texts(), before.identity.leaf().names().texts());
  EXPECT_EQ(leaf.subject(), before.identity.leaf().subject());
  EXPECT_EQ(leaf.not_after(), clock.wall() + std::chrono::days{30});
  EXPECT_NE(leaf.spki_sha256(), before.identity.leaf().spki_sha256());
  EXPECT_EQ(after.record->key_type, "ECDSA P-384");
  EXPECT_TRUE(leaf.allows_server_authentication());
  EXPECT_FALSE(leaf.allows_client_authentication());
}

TEST_F(RenewTest, clients_stay_clients) {
  const auto before = issue(client_request("fe-auth"), KeepHere{});
  const auto after = renew(before);
  EXPECT_EQ(after.identity.leaf().common_name(), "fe-auth");
  EXPECT_TRUE(after.identity.leaf().allows_client_authentication());
  EXPECT_FALSE(after.identity.leaf().allows_server_authentication());
}

TEST_F(RenewTest, the_record_stays_and_its_history_says_why) {
  const auto before = issue(server_request({"a.plant4.local"}), KeepHere{});
  const auto after = renew(before);
  EXPECT_EQ(after.record->id, before.record->id);
  EXPECT_EQ(after.record->name, before.record->name);
  const auto history = must(run(store().reader().history(before.record->id, soon())));
  EXPECT_EQ(history.back().event, Event::replaced);
  EXPECT_EQ(history.back().cause.who, "renewal");
  EXPECT_EQ(history.back().cause.why, "renewed by the CA plant");
  EXPECT_EQ(must(run(store().identity(before.record->id, soon()))).leaf(), after.identity.leaf());
}

TEST_F(RenewTest, the_one_before_is_known_still_but_no_longer_as_the_one_in_the_store) {
  const auto before = issue(server_request({"a.plant4.local"}), KeepHere{});
  const auto after = renew(before);
  const auto old = entry(before.issued.serial).issued;
  EXPECT_FALSE(old.record);
  EXPECT_EQ(old.certificate, before.identity.leaf());
  EXPECT_EQ(entry(after.issued.serial).issued.record, before.record->id);
  // So its name in the store means one certificate.
  const auto found = run(authorities().find_issued(name(), "nothing", before.record->id, soon()));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->issued.serial, after.issued.serial);
}

TEST_F(RenewTest, a_replacement_by_hand_lets_go_of_the_one_before_too) {
  const auto before = issue(server_request({"a.plant4.local"}), KeepHere{});
  issue(server_request({"a.plant4.local"}), KeepHere{.replace = before.record->id});
  EXPECT_FALSE(entry(before.issued.serial).issued.record);
}

TEST_F(RenewTest, what_was_revoked_is_not_renewed) {
  const auto before = issue(server_request({"a.plant4.local"}), KeepHere{});
  must(run(authorities().revoke(name(), before.issued.serial, crypto::RevocationReason::superseded,
                                cause(), soon())));
  const auto refused = try_renew(before.issued.serial);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().what, HasSubstr("it was revoked"));
}

TEST_F(RenewTest, what_is_not_in_the_store_any_more_is_not_renewed) {
  const auto handed = issue(server_request({"a.plant4.local"}));
  EXPECT_THAT(try_renew(handed.issued.serial).error().what, HasSubstr("not in the store"));
  const auto before = issue(server_request({"b.plant4.local"}), KeepHere{});
  renew(before);
  EXPECT_THAT(try_renew(before.issued.serial).error().what, HasSubstr("not in the store"));
}

TEST_F(RenewTest, an_issuer_that_ends_no_later_renews_nothing) {
  auto wanted = server_request({"a.plant4.local"});
  wanted.life = std::chrono::days{5000};
  const auto before = issue(wanted, KeepHere{});
  const auto refused = try_renew(before.issued.serial);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("server issuer 1.1 ends no later"));
  // Below the next one it lives as long as the CA gives, because nobody knows what was wanted.
  must(run(authorities().renew_issuers(name(), cause(), soon())));
  clock.advance(std::chrono::days{5 * 365 - 30});
  must(run(authorities().renew_issuers(name(), cause(), soon())));
  const auto after = renew(before);
  EXPECT_EQ(after.identity.leaf().not_after(), clock.wall() + std::chrono::days{90});
}

TEST_F(RenewTest, a_certificate_that_was_asked_for_from_here_is_renewed_where_it_is) {
  const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::p256));
  crypto::RequestSpec spec{.common_name = "a.plant4.local"};
  const auto request = must(crypto::CertificateRequest::make(spec, key));
  const auto made = must(run(
      authorities().certify(name(), server_request({"a.plant4.local"}), request, cause(), soon())));
  const auto record =
      must(run(store().put({.content = crypto::Identity{made.chain, key}}, cause(), soon())));
  const auto after = must(try_renew(made.issued.serial));
  EXPECT_EQ(after.record->id, record.id);
  EXPECT_FALSE(after.identity.leaf().matches(key));
}

TEST_F(RenewTest, half_a_renewal_is_none) {
  const auto before = issue(server_request({"a.plant4.local"}), KeepHere{});
  faulty.fail_at(1, testing::FaultyStore::When::before);
  EXPECT_FALSE(try_renew(before.issued.serial));
  EXPECT_EQ(must(run(store().identity(before.record->id, soon()))).leaf(), before.identity.leaf());
  EXPECT_EQ(issued().size(), 1U);
  EXPECT_EQ(entry(before.issued.serial).issued.record, before.record->id);
}

}  // namespace
}  // namespace gatehouse::certs
