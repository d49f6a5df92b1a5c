#include <gmock/gmock.h>

#include "certs/authority/testing/authority_fixture.h"
#include "crypto/verify.h"

namespace gatehouse::certs {
namespace {

using crypto::Purpose;
using ::testing::HasSubstr;

class Rollover : public testing::AuthorityFixture {
 protected:
  Result<Authority> rotate() {
    return run(authorities().add_next_root(name(), "gate1", cause(), soon()));
  }
  Result<Authority> trust(std::string digits = "") {
    return run(authorities().trust_next_root(name(), std::move(digits), cause(), soon()));
  }
  Result<Authority> renew() { return run(authorities().renew_issuers(name(), cause(), soon())); }
  Result<Authority> detach(std::uint32_t number = 1) {
    return run(authorities().erase_root_key(name(), number, cause(), soon()));
  }
  Result<Authority> attach(crypto::PrivateKey key, std::uint32_t number = 1) {
    return run(authorities().put_root_key(name(), number, std::move(key), cause(), soon()));
  }
  crypto::PrivateKey root_key(std::uint32_t number = 1) {
    return must(run(authorities().root_identity(get(), number, soon()))).key;
  }
  bool trusted(const NewCertificate& made, const crypto::Certificate& root) {
    const std::vector anchors{root};
    return crypto::verify_server_chain(made.identity.chain, anchors,
                                       ServerName::parse("a.plant4.local").value(),
                                       reactor.clock().wall())
        .has_value();
  }
  NewCertificate issue_a() { return issue(server_request({"a.plant4.local"})); }
};

TEST_F(Rollover, the_next_root_is_shared_before_it_signs_I1) {
  const Authority before = init();
  const Authority shared = must(rotate());
  ASSERT_EQ(shared.roots.size(), 2U);
  EXPECT_EQ(shared.roots[1].state, RootState::next);
  EXPECT_EQ(crypto::name_constraints_of(shared.roots[1].certificate), plant());
  EXPECT_EQ(shared.issuers.size(), 2U) << "nothing is below it";
  const auto made = issue_a();
  EXPECT_TRUE(trusted(made, shared.roots[0].certificate));
  EXPECT_FALSE(trusted(made, shared.roots[1].certificate));
}

TEST_F(Rollover, a_root_that_is_declared_trusted_signs_and_the_one_before_retires) {
  init();
  const auto old = issue_a();
  must(rotate());
  const Authority now = must(trust());
  EXPECT_EQ(now.roots[0].state, RootState::retired);
  EXPECT_EQ(now.roots[1].state, RootState::active);
  EXPECT_EQ(now.active_issuer(Purpose::server)->text(), "server issuer 2.1");
  EXPECT_EQ(now.active_issuer(Purpose::client)->text(), "client issuer 2.1");
  const auto fresh = issue_a();
  EXPECT_TRUE(trusted(fresh, now.roots[1].certificate));
  EXPECT_FALSE(trusted(fresh, now.roots[0].certificate));
  EXPECT_TRUE(trusted(old, now.roots[0].certificate)) << "what was issued before stays good";
}

TEST_F(Rollover, there_is_one_next_root_at_a_time) {
  init();
  must(rotate());
  const auto again = rotate();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  EXPECT_THAT(again.error().what, HasSubstr("gatehouse ca rotate plant --trusted"));
}

TEST_F(Rollover, nothing_is_declared_trusted_that_is_not_there) {
  init();
  EXPECT_EQ(trust().error().kind, ErrorKind::conflict);
  must(rotate());
  EXPECT_EQ(trust("00000000000000").error().kind, ErrorKind::conflict);
  EXPECT_EQ(get().roots[1].state, RootState::next);
  const auto digits = crypto::hex(get().roots[1].certificate.sha256()).substr(0, 12);
  EXPECT_TRUE(trust(digits));
}

TEST_F(Rollover, new_issuers_take_over_below_the_same_root) {
  const Authority before = init();
  const auto old = issue_a();
  const Authority now = must(renew());
  EXPECT_EQ(now.active_issuer(Purpose::server)->text(), "server issuer 1.2");
  EXPECT_EQ(now.issuers.size(), 4U) << "the ones before keep their lists";
  const auto fresh = issue_a();
  EXPECT_EQ(fresh.identity.chain[1], now.active_issuer(Purpose::server)->certificate);
  for (const auto* made : {&old, &fresh}) {
    EXPECT_TRUE(trusted(*made, before.active_root().certificate));
  }
}

TEST_F(Rollover, a_root_whose_key_is_elsewhere_makes_no_issuers_but_these_go_on) {
  init();
  const auto key = root_key();
  const Authority without = must(detach());
  EXPECT_FALSE(without.active_root().key);
  EXPECT_TRUE(trusted(issue_a(), without.active_root().certificate));
  const auto renewed = renew();
  ASSERT_FALSE(renewed);
  EXPECT_EQ(renewed.error().kind, ErrorKind::not_found);
  EXPECT_THAT(renewed.error().what, HasSubstr("gatehouse ca attach plant"));
  must(attach(key));
  EXPECT_TRUE(renew());
}

TEST_F(Rollover, a_key_that_was_taken_off_leaves_nothing_behind) {
  init();
  const Secret pkcs8 = root_key().to_pkcs8();
  const RecordId id = *get().active_root().key;
  must(detach());
  EXPECT_FALSE(run(store().identity(id, soon())));
  for (const auto& entry : everything()) {
    EXPECT_EQ(entry.key.find("certs/key/" + id.text()), std::string::npos);
  }
  EXPECT_EQ(detach().error().kind, ErrorKind::not_found);
}

TEST_F(Rollover, the_key_of_another_root_is_not_taken_for_it) {
  init();
  const auto key = root_key();
  EXPECT_EQ(attach(key).error().kind, ErrorKind::conflict) << "it is here";
  must(detach());
  const auto stranger = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  EXPECT_EQ(attach(stranger).error().kind, ErrorKind::invalid);
  EXPECT_EQ(attach(key, 3).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(get().active_root().key);
}

TEST_F(Rollover, what_an_authority_is_made_of_is_in_use) {
  const Authority made = init();
  const auto users = authorities().users(*made.active_root().key);
  ASSERT_EQ(users.size(), 1U);
  EXPECT_EQ(users.front(), "the CA plant");
  EXPECT_TRUE(authorities().users(RecordId::random()).empty());
  reopen();
  EXPECT_TRUE(authorities().users(made.active_root().anchor).empty());
  must(run(authorities().load_users(soon())));
  EXPECT_FALSE(authorities().users(made.active_root().anchor).empty());
  must(detach());
  EXPECT_TRUE(authorities().users(*made.active_root().key).empty());
}

// ------------------------------------------------------------------ faults

// What can be done to an authority, each of it one change of the store.
class UnderFaults : public Rollover {
 protected:
  using Change = Result<Authority> (UnderFaults::*)();
  Result<Authority> do_init() { return try_init(); }
  Result<Authority> do_rotate() { return rotate(); }
  Result<Authority> do_trust() { return trust(); }
  Result<Authority> do_renew() { return renew(); }
  Result<Authority> do_detach() { return detach(); }
  Result<Authority> do_attach() { return attach(*kept_key); }
  Result<Authority> do_issue() {
    auto made = try_issue(server_request({"a.plant4.local"}), KeepHere{});
    if (!made) return pass_on(made);
    return get();
  }

  std::vector<Change> changes() const {
    return {&UnderFaults::do_init,  &UnderFaults::do_rotate, &UnderFaults::do_trust,
            &UnderFaults::do_issue, &UnderFaults::do_renew,  &UnderFaults::do_detach,
            &UnderFaults::do_attach};
  }
  void keep_key_where_there_is_one() {
    const auto all = must(run(authorities().reader().list(soon())));
    if (all.empty() || !all.front().root(1)->key) return;
    kept_key = root_key();
  }
  std::optional<crypto::PrivateKey> kept_key;
};

TEST_F(UnderFaults, each_change_is_there_as_a_whole_or_not_at_all) {
  for (const auto when : {testing::FaultyStore::When::before, testing::FaultyStore::When::after}) {
    for (const Change change : changes()) {
      (void)store();  // its own first write is not what is tried
      keep_key_where_there_is_one();
      const auto before = everything();
      faulty.fail_at(1, when);
      EXPECT_FALSE((this->*change)());
      EXPECT_EQ(faulty.commits(), 1U) << "a change is one write";
      faulty.fail_at(0, when);
      reopen();  // as after a kill
      if (when == testing::FaultyStore::When::before) {
        EXPECT_EQ(everything(), before);
        EXPECT_TRUE((this->*change)()) << "it can be done again";
      } else {
        EXPECT_NE(everything(), before);
      }
      const Authority kept = get();
      for (const auto& issuer : kept.issuers) {
        const auto identity = run(store().identity(issuer.key, soon()));
        ASSERT_TRUE(identity) << identity.error().what;
        EXPECT_EQ(identity->leaf(), issuer.certificate);
      }
      for (const auto& root : kept.roots) {
        if (root.key) EXPECT_TRUE(run(store().identity(*root.key, soon())));
      }
    }
    for (const auto& entry : everything()) {
      run(memory.commit({{}, {kv::Erase{entry.key}}}, soon())).value();
    }
    reopen();
    kept_key.reset();
  }
}

TEST_F(UnderFaults, two_that_change_the_same_at_once_do_not_both) {
  init();
  faulty.before_commit = [this] {
    auto entry = must(run(memory.get("certs/authority/plant", soon())));
    run(memory.commit({{}, {kv::Put{entry->key, entry->value}}}, soon())).value();
  };
  const auto rotated = rotate();
  ASSERT_FALSE(rotated);
  EXPECT_EQ(rotated.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(rotated.error().retry);
  EXPECT_EQ(get().roots.size(), 1U);
}

}  // namespace
}  // namespace gatehouse::certs
