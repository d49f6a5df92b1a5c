#include <gmock/gmock.h>

#include "certs/authority/testing/authority_fixture.h"

namespace gatehouse::certs {
namespace {

using crypto::RevocationReason;
using ::testing::HasSubstr;

class RevocationTest : public testing::AuthorityFixture {
 protected:
  Result<IssuedCertificate> revoke(std::string serial) {
    return run(authorities().revoke(name(), std::move(serial), RevocationReason::superseded,
                                    cause(), soon()));
  }
  Result<KeptIssued> find(std::string text) {
    return run(authorities().find_issued(name(), std::move(text), std::nullopt, soon()));
  }
  KeptRevocationList server_list() {
    return must(run(authorities().revocation_lists(name(), soon()))).front();
  }
  NewCertificate issue_a() { return issue(server_request({"a.plant4.local"})); }
};

TEST_F(RevocationTest, there_is_a_list_for_each_issuer_from_the_start) {
  init();
  const auto lists = must(run(authorities().revocation_lists(name(), soon())));
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0].issuer, "server issuer 1.1");
  EXPECT_EQ(lists[1].issuer, "client issuer 1.1");
  EXPECT_EQ(lists[0].number, 1U);
  EXPECT_EQ(lists[0].revoked, 0U);
  EXPECT_EQ(lists[0].next_update, lists[0].this_update + kRevocationListLife);
}

TEST_F(RevocationTest, a_list_stays_until_something_is_revoked) {
  init();
  const auto first = server_list();
  EXPECT_EQ(server_list().der, first.der);
  const auto made = issue_a();
  EXPECT_EQ(server_list().der, first.der);
  must(revoke(made.issued.serial));
  const auto second = server_list();
  EXPECT_EQ(second.number, 2U);
  EXPECT_EQ(second.revoked, 1U);
}

TEST_F(RevocationTest, the_list_of_another_issuer_is_not_touched) {
  init();
  const auto made = issue(client_request("fe-auth"));
  const auto before = server_list();
  must(revoke(made.issued.serial));
  EXPECT_EQ(server_list().der, before.der);
  EXPECT_EQ(must(run(authorities().revocation_lists(name(), soon())))[1].revoked, 1U);
}

TEST_F(RevocationTest, a_list_is_made_anew_after_half_of_its_life) {
  init();
  const auto first = server_list();
  clock.advance(kRevocationListLife / 2 - std::chrono::hours(1));
  EXPECT_EQ(server_list().number, 1U);
  clock.advance(std::chrono::hours(2));
  const auto second = server_list();
  EXPECT_EQ(second.number, 2U);
  EXPECT_GT(second.next_update, first.next_update);
}

TEST_F(RevocationTest, numbers_rise_whatever_happens) {
  init();
  std::uint64_t last = 0;
  for (int i = 0; i < 4; ++i) {
    must(revoke(issue_a().issued.serial));
    reopen();
    const auto list = server_list();
    EXPECT_GT(list.number, last);
    last = list.number;
  }
  EXPECT_EQ(server_list().revoked, 4U);
}

TEST_F(RevocationTest, what_was_revoked_before_the_first_list_is_on_it) {
  init();
  must(revoke(issue_a().issued.serial));
  EXPECT_EQ(server_list().revoked, 1U);
}

TEST_F(RevocationTest, nothing_is_revoked_twice) {
  init();
  const auto made = issue_a();
  const auto revoked = must(revoke(made.issued.serial));
  EXPECT_EQ(revoked.revocation->reason, RevocationReason::superseded);
  EXPECT_EQ(revoked.revocation->cause.who, "tester");
  const auto again = revoke(made.issued.serial);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
}

TEST_F(RevocationTest, a_certificate_that_has_ended_stays_on_the_list_for_one_list_more) {
  init();
  must(revoke(issue_a().issued.serial));
  clock.advance(std::chrono::days(90) + kRevocationListLife - std::chrono::hours(1));
  EXPECT_EQ(server_list().revoked, 1U);
  clock.advance(kRevocationListLife);
  EXPECT_EQ(server_list().revoked, 0U);
}

TEST_F(RevocationTest, an_issuer_that_does_not_sign_any_more_keeps_its_list) {
  init();
  const auto made = issue_a();
  must(run(authorities().renew_issuers(name(), cause(), soon())));
  must(revoke(made.issued.serial));
  EXPECT_EQ(server_list().issuer, "server issuer 1.1");
  EXPECT_EQ(server_list().revoked, 1U);
}

TEST_F(RevocationTest, one_is_found_by_serial_number_and_by_what_it_is_for) {
  init();
  const auto made = issue_a();
  for (const auto& text :
       {made.issued.serial, made.issued.serial.substr(0, 8), std::string("a.plant4.local")}) {
    const auto found = find(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->issued.serial, made.issued.serial);
  }
  EXPECT_EQ(find("b.plant4.local").error().kind, ErrorKind::not_found);
  EXPECT_EQ(find(made.issued.serial.substr(0, 7)).error().kind, ErrorKind::not_found);
}

TEST_F(RevocationTest, a_name_that_reads_as_digits_is_a_name_too) {
  init();
  const auto made = issue(client_request("cafe-babe"));
  EXPECT_EQ(find("cafe-babe")->issued.serial, made.issued.serial);
}

TEST_F(RevocationTest, the_certificate_of_a_record_is_meant) {
  init();
  const auto made = issue(server_request({"a.plant4.local"}), KeepHere{});
  const std::string thumbprint = crypto::hex(made.issued.sha256);
  const auto found = run(authorities().find_issued(name(), thumbprint, made.record->id, soon()));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->issued.serial, made.issued.serial);
}

TEST_F(RevocationTest, several_that_are_meant_are_listed) {
  init();
  const auto first = issue_a();
  const auto second = issue_a();
  const auto found = find("a.plant4.local");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::conflict);
  EXPECT_THAT(found.error().what, HasSubstr(first.issued.serial));
  EXPECT_THAT(found.error().what, HasSubstr(second.issued.serial));
  must(revoke(first.issued.serial));
  EXPECT_EQ(find("a.plant4.local")->issued.serial, second.issued.serial)
      << "what is revoked is meant by its serial number only";
}

TEST_F(RevocationTest, a_write_that_fails_leaves_all_as_it_was) {
  init();
  const auto made = issue_a();
  const auto before = everything();
  faulty.fail_at(1, testing::FaultyStore::When::before);
  EXPECT_FALSE(revoke(made.issued.serial));
  EXPECT_EQ(everything(), before);
  EXPECT_TRUE(revoke(made.issued.serial));
}

TEST_F(RevocationTest, a_revocation_that_comes_while_a_list_is_made_is_on_it) {
  init();
  const auto made = issue_a();
  faulty.before_commit = [&] {
    AuthorityStore other(memory, store(), clock);
    must(run(other.revoke(name(), made.issued.serial, RevocationReason::key_compromise, cause(),
                          soon())));
  };
  const auto list = server_list();
  EXPECT_EQ(list.revoked, 1U);
  EXPECT_EQ(list.number, 1U);
}

}  // namespace
}  // namespace gatehouse::certs
