#include "certs/authority/authority_store.h"

#include <gmock/gmock.h>

#include "certs/authority/testing/authority_fixture.h"
#include "crypto/verify.h"

namespace gatehouse::certs {
namespace {

using crypto::Purpose;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

using AuthorityStoreTest = testing::AuthorityFixture;

TEST_F(AuthorityStoreTest, a_new_one_has_a_root_and_an_issuer_for_servers_and_for_clients) {
  const Authority made = init();
  ASSERT_EQ(made.roots.size(), 1U);
  EXPECT_EQ(made.active_root().certificate.common_name(), "plant root 1 (gate1 2026-09)");
  EXPECT_TRUE(made.active_root().certificate.is_self_signed());
  EXPECT_EQ(made.constraints(), plant());
  for (const auto purpose : {Purpose::server, Purpose::client}) {
    const AuthorityIssuer* issuer = made.active_issuer(purpose);
    ASSERT_NE(issuer, nullptr);
    EXPECT_TRUE(issuer->certificate.is_issued_by(made.active_root().certificate));
    EXPECT_EQ(crypto::name_constraints_of(issuer->certificate), plant());
  }
  EXPECT_EQ(made.active_issuer(Purpose::server)->certificate.common_name(),
            "plant server issuer 1.1");
}

TEST_F(AuthorityStoreTest, rests_in_the_certificate_store_with_its_keys) {
  const Authority made = init();
  std::vector<std::string> shelves;
  for (const auto& record : records()) {
    shelves.push_back(std::string(shelf_text(record.shelf)) + " " + record.name.text());
  }
  EXPECT_THAT(shelves,
              UnorderedElementsAre("identities CA plant: root 1", "anchors CA plant: root 1",
                                   "identities CA plant: server issuer 1.1",
                                   "identities CA plant: client issuer 1.1"));
  EXPECT_TRUE(run(store().identity(*made.active_root().key, soon())));
}

TEST_F(AuthorityStoreTest, is_the_same_after_a_new_start) {
  const Authority made = init();
  reopen();
  const Authority kept = get();
  EXPECT_EQ(encode_authority(kept), encode_authority(made));
  EXPECT_TRUE(try_issue(server_request({"db.plant4.local"})));
}

TEST_F(AuthorityStoreTest, every_key_is_made_where_it_is_told_to) {
  std::vector<crypto::KeyType> made;
  AuthorityStore elsewhere(faulty, store(), clock,
                           [&](crypto::KeyType type, io::Deadline deadline) {
                             made.push_back(type);
                             return make_key_here(type, deadline);
                           });
  using crypto::KeyType;
  must(run(elsewhere.init(
      {.name = name(), .host = "gate1", .constraints = {}, .key_type = KeyType::p384}, cause(),
      soon())));
  EXPECT_EQ(std::exchange(made, {}), std::vector(3, KeyType::p384));
  const auto issued = must(run(
      elsewhere.issue(name(), server_request({"db.plant4.local"}), KeepHere{}, cause(), soon())));
  EXPECT_EQ(std::exchange(made, {}), std::vector(1, KeyType::p256));
  clock.advance(std::chrono::days{60});
  must(run(elsewhere.renew(name(), issued.issued.serial, cause(), soon())));
  EXPECT_EQ(std::exchange(made, {}), std::vector(1, KeyType::p256));
  must(run(elsewhere.renew_issuers(name(), cause(), soon())));
  EXPECT_EQ(std::exchange(made, {}), std::vector(2, KeyType::p384));
  must(run(elsewhere.add_next_root(name(), "gate1", cause(), soon())));
  EXPECT_EQ(std::exchange(made, {}), std::vector(1, KeyType::p384));
  must(run(elsewhere.trust_next_root(name(), "", cause(), soon())));
  EXPECT_EQ(made, std::vector(2, KeyType::p384));
}

TEST_F(AuthorityStoreTest, a_key_that_cannot_be_made_leaves_all_as_it_was) {
  init();
  const auto before = records().size();
  AuthorityStore elsewhere(
      faulty, store(), clock,
      [](crypto::KeyType, io::Deadline) -> io::Task<Result<crypto::PrivateKey>> {
        co_return fail_for_now(Fault::machine, "too many keys wait", ErrorKind::conflict);
      });
  EXPECT_FALSE(run(elsewhere.init({.name = name("other"), .host = "gate1", .constraints = {}},
                                  cause(), soon())));
  EXPECT_FALSE(run(elsewhere.add_next_root(name(), "gate1", cause(), soon())));
  const auto refused = run(
      elsewhere.issue(name(), server_request({"db.plant4.local"}), KeepHere{}, cause(), soon()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "too many keys wait");
  EXPECT_EQ(records().size(), before);
}

TEST_F(AuthorityStoreTest, two_have_two_names) {
  init("plant");
  init("backends");
  const auto again = try_init("plant");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  std::vector<std::string> names;
  for (const auto& each : must(run(authorities().reader().list(soon())))) {
    names.push_back(each.name.text());
  }
  EXPECT_THAT(names, ElementsAre("backends", "plant"));
}

TEST_F(AuthorityStoreTest, one_that_is_not_there_is_said_not_to_be) {
  const auto found = run(authorities().reader().get(name("nobody"), soon()));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_found);
  EXPECT_THAT(found.error().what, HasSubstr("gatehouse ca init nobody"));
}

TEST_F(AuthorityStoreTest, issues_for_servers_what_clients_accept_A4) {
  const Authority made = init();
  const auto shared = issue(server_request({"a.plant4.local", "b.plant4.local", "10.20.0.7"}));
  const std::vector anchors{made.active_root().certificate};
  for (const auto* server : {"a.plant4.local", "b.plant4.local", "10.20.0.7"}) {
    EXPECT_TRUE(crypto::verify_server_chain(shared.identity.chain, anchors,
                                            ServerName::parse(server).value(), testing::kNow));
  }
  EXPECT_TRUE(shared.identity.leaf().matches(shared.identity.key));
  EXPECT_FALSE(shared.identity.leaf().allows_client_authentication());
}

TEST_F(AuthorityStoreTest, issues_for_clients_what_no_server_can_use_A2) {
  const Authority made = init();
  const auto client = issue(client_request("fe-auth"));
  EXPECT_EQ(client.identity.leaf().subject(), "CN=fe-auth,O=gatehouse");
  EXPECT_TRUE(client.identity.leaf().allows_client_authentication());
  EXPECT_FALSE(client.identity.leaf().allows_server_authentication());
  EXPECT_TRUE(client.identity.chain.at(1).is_issued_by(made.active_root().certificate));
}

TEST_F(AuthorityStoreTest, certifies_nothing_outside_of_its_constraints) {
  init();
  auto client = client_request("fe.example.org");
  for (const auto& request :
       {server_request({"a.plant4.local", "example.org"}), server_request({"10.21.0.1"}), client}) {
    const auto refused = try_issue(request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::not_permitted);
    EXPECT_THAT(refused.error().what, HasSubstr("only plant4.local, 10.20.0.0/16"));
  }
  EXPECT_TRUE(issued().empty());
}

TEST_F(AuthorityStoreTest, remembers_what_it_has_issued) {
  init();
  const auto made = issue(server_request({"a.plant4.local"}));
  const auto all = issued();
  ASSERT_EQ(all.size(), 1U);
  const IssuedCertificate& one = all.front().issued;
  EXPECT_EQ(one.serial, made.identity.leaf().serial());
  EXPECT_THAT(one.names, ElementsAre("a.plant4.local"));
  EXPECT_EQ(one.sha256, made.identity.leaf().sha256());
  EXPECT_EQ(one.cause.who, "tester");
  EXPECT_FALSE(one.record);
  EXPECT_EQ(records().size(), 4U) << "what is handed out does not rest here";
}

TEST_F(AuthorityStoreTest, what_is_kept_here_can_be_served) {
  init();
  const auto made = issue(server_request({"a.plant4.local"}), KeepHere{});
  ASSERT_TRUE(made.record);
  EXPECT_EQ(made.record->name.text(), "a.plant4.local");
  EXPECT_EQ(made.record->origin, Origin::local_ca);
  const auto identity = must(run(store().identity(made.record->id, soon())));
  EXPECT_EQ(identity.leaf(), made.identity.leaf());
  EXPECT_EQ(identity.chain.size(), 2U);
  EXPECT_EQ(issued().front().issued.record, made.record->id);
}

TEST_F(AuthorityStoreTest, a_certificate_may_take_the_place_of_another) {
  init();
  const auto first = issue(server_request({"a.plant4.local"}), KeepHere{});
  const auto second = issue(server_request({"a.plant4.local", "b.plant4.local"}),
                            KeepHere{.replace = first.record->id});
  ASSERT_TRUE(second.record);
  EXPECT_EQ(second.record->id, first.record->id);
  EXPECT_EQ(must(run(store().identity(first.record->id, soon()))).leaf(), second.identity.leaf());
}

TEST_F(AuthorityStoreTest, a_name_that_is_taken_changes_nothing) {
  init();
  const KeepHere here{.name = RecordName::parse("files").value()};
  issue(server_request({"a.plant4.local"}), here);
  const auto again = try_issue(server_request({"b.plant4.local"}), here);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  EXPECT_EQ(issued().size(), 1U);
}

TEST_F(AuthorityStoreTest, nothing_outlives_what_signed_it) {
  init();
  auto request = server_request({"a.plant4.local"});
  request.life = std::chrono::days{20'000};
  const auto made = issue(request);
  EXPECT_EQ(made.identity.leaf().not_after(),
            get().active_issuer(Purpose::server)->certificate.not_after());
}

TEST_F(AuthorityStoreTest, an_issuer_that_has_ended_signs_nothing) {
  init();
  clock.advance(std::chrono::days{5 * 365 + 1});
  const auto made = try_issue(server_request({"a.plant4.local"}));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, HasSubstr("gatehouse ca rotate plant --issuers"));
}

TEST_F(AuthorityStoreTest, no_key_of_it_rests_in_the_clear) {
  const Authority made = init();
  const auto served = issue(server_request({"a.plant4.local"}), KeepHere{});
  std::vector<crypto::PrivateKey> secret{served.identity.key};
  secret.push_back(must(run(store().identity(*made.active_root().key, soon()))).key);
  for (const auto& key : secret) {
    const Secret pkcs8 = key.to_pkcs8();
    // The scalar is at byte 36 of a P-256 key in PKCS#8.
    const auto scalar = pkcs8.view().subspan(36, 32);
    for (const auto& entry : everything()) {
      EXPECT_TRUE(std::ranges::search(entry.value, scalar).empty()) << entry.key;
    }
  }
}

}  // namespace
}  // namespace gatehouse::certs
