#include "control/authorities/issued_renewal.h"

#include <gmock/gmock.h>

#include "certs/authority/testing/authority_fixture.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;
using certs::KeepHere;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IssuedRenewalTest : public certs::testing::AuthorityFixture {
 protected:
  IssuedRenewalTest() { init(); }

  IssuedRenewal& renewal() {
    if (renewal_) return *renewal_;
    renewal_.emplace(IssuedRenewal::Parts{
        .reactor = reactor,
        .events = events,
        .certificates = store(),
        .authorities = authorities(),
        .chosen = [this](const certs::RecordId& id) { return chosen == id; },
        .kept_by_others = [this](const certs::RecordId& id) { return kept_by_others == id; },
        .take_up = [this](std::string why, Caller who) { return take_up(why, who); }});
    return *renewal_;
  }
  io::Task<Result<api::ChangeResponse>> take_up(std::string why, Caller who) {
    taken_up.push_back(why + " by " + who.name);
    co_return change;
  }
  bool look() { return run(renewal().look()); }
  certs::NewCertificate keep(std::string_view host) {
    return issue(server_request({host}), KeepHere{});
  }
  crypto::Certificate stored(const certs::NewCertificate& made) {
    return must(run(store().identity(made.record->id, soon()))).leaf();
  }
  bool renewed(const certs::NewCertificate& made) { return stored(made) != made.identity.leaf(); }
  void detach() { must(run(authorities().erase_root_key(name(), 1, cause(), soon()))); }

  EventLogOptions quiet{.fd = -1};
  EventLog events{quiet, clock};
  std::optional<certs::RecordId> chosen;
  std::optional<certs::RecordId> kept_by_others;
  Result<api::ChangeResponse> change;
  std::vector<std::string> taken_up;

 private:
  std::optional<IssuedRenewal> renewal_;
};

TEST_F(IssuedRenewalTest, a_certificate_is_renewed_when_two_thirds_of_its_life_are_over) {
  const auto made = keep("a.plant4.local");
  look();
  clock.advance(59 * 24h);
  EXPECT_FALSE(look());
  EXPECT_FALSE(renewed(made));
  EXPECT_THAT(taken_up, IsEmpty());
  clock.advance(24h);
  look();
  EXPECT_TRUE(renewed(made));
  EXPECT_THAT(taken_up, ElementsAre("renewed by its CA by renewal"));
  EXPECT_THAT(renewal().findings(), IsEmpty());
  look();
  EXPECT_THAT(issued(), SizeIs(2)) << "the next one is not due";
}

TEST_F(IssuedRenewalTest, one_that_ended_while_nothing_ran_is_renewed_at_the_first_look) {
  const auto made = keep("a.plant4.local");
  clock.advance(100 * 24h);
  look();
  EXPECT_TRUE(renewed(made));
}

TEST_F(IssuedRenewalTest, what_others_renew_is_left_to_them) {
  const auto made = keep("a.plant4.local");
  kept_by_others = made.record->id;
  clock.advance(61 * 24h);
  look();
  EXPECT_FALSE(renewed(made));
  EXPECT_THAT(renewal().findings(), IsEmpty());
}

TEST_F(IssuedRenewalTest, what_was_handed_out_is_not_renewed) {
  issue(server_request({"a.plant4.local"}));
  clock.advance(80 * 24h);
  look();
  EXPECT_THAT(issued(), SizeIs(1));
}

TEST_F(IssuedRenewalTest, what_was_revoked_is_left_alone_and_found) {
  const auto made = keep("a.plant4.local");
  must(run(authorities().revoke(name(), made.issued.serial,
                                crypto::RevocationReason::key_compromise, cause(), soon())));
  clock.advance(80 * 24h);
  look();
  EXPECT_FALSE(renewed(made));
  ASSERT_THAT(renewal().findings(), SizeIs(1));
  EXPECT_THAT(renewal().findings().front().sentence(),
              HasSubstr("a.plant4.local was revoked, is in the store all the same"));
  EXPECT_THAT(renewal().findings().front().remedy(),
              HasSubstr("gatehouse ca issue plant a.plant4.local --replace"));
}

TEST_F(IssuedRenewalTest, one_that_was_replaced_or_removed_by_hand_is_nobodys_business) {
  const auto made = keep("a.plant4.local");
  must(run(store().remove(made.record->id, cause(), soon())));
  clock.advance(80 * 24h);
  look();
  EXPECT_THAT(issued(), SizeIs(1));
  EXPECT_THAT(renewal().findings(), IsEmpty());
}

TEST_F(IssuedRenewalTest, one_that_a_site_has_chosen_is_served_with_a_proof) {
  const auto made = keep("a.plant4.local");
  chosen = made.record->id;
  clock.advance(61 * 24h);
  look();
  EXPECT_TRUE(renewed(made));
  EXPECT_EQ(taken_up.front(), "renewed by the CA plant by renewal");
}

TEST_F(IssuedRenewalTest, one_that_clients_would_refuse_leaves_again_and_is_tried_later) {
  const auto made = keep("a.plant4.local");
  chosen = made.record->id;
  change = api::ChangeResponse();
  change->set_rolled_back(true);
  clock.advance(61 * 24h);
  look();
  EXPECT_FALSE(renewed(made));
  ASSERT_THAT(renewal().findings(), SizeIs(1));
  EXPECT_THAT(renewal().findings().front().sentence(),
              AllOf(HasSubstr("a.plant4.local"), HasSubstr("clients would have refused it")));
  change = api::ChangeResponse();
  look();
  EXPECT_FALSE(renewed(made)) << "not at once";
  clock.advance(11min);
  look();
  EXPECT_TRUE(renewed(made));
  EXPECT_THAT(renewal().findings(), IsEmpty());
}

TEST_F(IssuedRenewalTest, what_fails_all_the_time_is_tried_less_and_less_often) {
  const auto made = keep("a.plant4.local");
  chosen = made.record->id;
  change = fail(Fault::machine, "another change takes too long");
  clock.advance(61 * 24h);
  int tries = 0;
  for (int minute = 0; minute < 24 * 60; minute += 10) {
    taken_up.clear();
    look();
    tries += static_cast<int>(taken_up.size());
    clock.advance(10min);
  }
  EXPECT_GE(tries, 22);
  EXPECT_LE(tries, 27) << "three in the first hour, then one an hour";
  EXPECT_FALSE(renewed(made));
}

TEST_F(IssuedRenewalTest, a_full_disk_changes_nothing_and_the_next_try_succeeds) {
  const auto made = keep("a.plant4.local");
  clock.advance(61 * 24h);
  faulty.fail_at(1, certs::testing::FaultyStore::When::before);
  look();
  EXPECT_FALSE(renewed(made));
  EXPECT_THAT(renewal().findings().front().sentence(), HasSubstr("there is no room"));
  clock.advance(11min);
  look();
  EXPECT_TRUE(renewed(made));
}

TEST_F(IssuedRenewalTest, many_that_are_due_at_once_let_others_in_between) {
  std::vector<certs::NewCertificate> made;
  for (int i = 0; i < 45; ++i) made.push_back(keep(fmt::format("h{}.plant4.local", i)));
  clock.advance(61 * 24h);
  EXPECT_TRUE(look());
  EXPECT_TRUE(look());
  EXPECT_FALSE(look());
  for (const auto& one : made) EXPECT_TRUE(renewed(one));
}

// ------------------------------------------------------------------ issuers

TEST_F(IssuedRenewalTest, issuers_are_renewed_before_their_end) {
  clock.advance(1200 * 24h);
  look();
  EXPECT_THAT(get().issuers, SizeIs(2));
  clock.advance(30 * 24h);
  look();
  EXPECT_THAT(get().issuers, SizeIs(4));
  EXPECT_EQ(get().active_issuer(crypto::Purpose::server)->text(), "server issuer 1.2");
  EXPECT_THAT(renewal().findings(), IsEmpty());
  look();
  EXPECT_THAT(get().issuers, SizeIs(4));
}

TEST_F(IssuedRenewalTest, a_certificate_below_an_issuer_that_ends_comes_from_the_next_one) {
  auto wanted = server_request({"a.plant4.local"});
  wanted.life = std::chrono::days{5000};  // cut where the issuer ends
  const auto made = issue(wanted, KeepHere{});
  clock.advance(5 * 365 * 24h + 24h);
  look();
  ASSERT_TRUE(renewed(made));
  EXPECT_TRUE(stored(made).is_issued_by(get().active_issuer(crypto::Purpose::server)->certificate));
}

TEST_F(IssuedRenewalTest, without_the_roots_key_an_issuer_that_is_due_is_found_with_what_to_do) {
  detach();
  clock.advance(1000 * 24h);
  look();
  EXPECT_THAT(renewal().findings(), IsEmpty()) << "it is not due";
  clock.advance(300 * 24h);
  look();
  ASSERT_THAT(renewal().findings(), SizeIs(1));
  EXPECT_EQ(renewal().findings().front().severity(), "warning");
  EXPECT_THAT(renewal().findings().front().sentence(),
              AllOf(HasSubstr("server issuer 1.1"), HasSubstr("is not on this machine")));
  EXPECT_THAT(renewal().findings().front().remedy(), HasSubstr("gatehouse ca attach plant --from"));
  clock.advance(600 * 24h);
  look();
  EXPECT_EQ(renewal().findings().front().severity(), "error");
}

TEST_F(IssuedRenewalTest, a_detached_root_keeps_no_certificate_from_being_renewed) {
  const auto made = keep("a.plant4.local");
  detach();
  clock.advance(61 * 24h);
  look();
  EXPECT_TRUE(renewed(made));
}

TEST_F(IssuedRenewalTest, an_issuer_that_ends_with_its_root_needs_the_next_root) {
  clock.advance(16 * 365 * 24h);
  look();  // as long as the root lives, and no longer
  clock.advance(3 * 365 * 24h);
  look();
  ASSERT_THAT(renewal().findings(), SizeIs(1));
  EXPECT_THAT(renewal().findings().front().sentence(), HasSubstr("together with its root"));
  EXPECT_THAT(renewal().findings().front().remedy(), HasSubstr("gatehouse ca rotate plant`"));
  must(run(authorities().add_next_root(name(), "gate1", cause(), soon())));
  look();
  EXPECT_THAT(renewal().findings().front().remedy(),
              HasSubstr("gatehouse ca rotate plant --trusted"));
}

TEST_F(IssuedRenewalTest, a_store_that_cannot_be_read_is_found) {
  must(run(memory.commit({{}, {kv::Put{"certs/authority/broken", {1, 2, 3}}}}, soon())));
  look();
  ASSERT_THAT(renewal().findings(), SizeIs(1));
  EXPECT_THAT(renewal().findings().front().sentence(), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace gatehouse::control
