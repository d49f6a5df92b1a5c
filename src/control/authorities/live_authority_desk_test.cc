#include "control/authorities/live_authority_desk.h"

#include <gmock/gmock.h>

#include "api/json.h"
#include "certs/issuer/permitted_names.h"
#include "control/authorities/testing/desk_fixture.h"
#include "crypto/exchange/bundle.h"
#include "crypto/exchange/passphrase.h"

namespace gatehouse::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using testing::kPassphrase;
using DeskTest = testing::DeskFixture;

TEST_F(DeskTest, a_ca_is_made_listed_and_shown_I1) {
  const auto made = init_at_desk();
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->authority().permitted(), "plant4.local, 10.20.0.0/16");
  EXPECT_THAT(made->authority().roots(), SizeIs(1));
  EXPECT_TRUE(made->authority().roots(0).key_is_here());
  const auto listed = ask(desk().list({}, caller()));
  EXPECT_THAT(listed->authorities(), SizeIs(1));
  EXPECT_EQ(show()->anchors(), made->authority().roots(0).pem());
  EXPECT_EQ(kind_of(init_at_desk()), ErrorKind::conflict);
}

TEST_F(DeskTest, without_limits_that_are_said_the_names_of_this_machine_are_taken) {
  api::InitAuthorityRequest request;
  request.set_name("own");
  const auto made = ask(desk().init(request, caller()));
  EXPECT_EQ(made->authority().permitted(), "localhost, gate1, 127.0.0.0/8, ::1");
  request.set_name("world");
  request.set_unconstrained(true);
  const auto world = ask(desk().init(request, caller()));
  EXPECT_EQ(world->authority().permitted(), "");
  EXPECT_THAT(world->notes(0), HasSubstr("every name of the world"));
  request.add_permitted("x");
  EXPECT_EQ(kind_of(ask(desk().init(request, caller()))), ErrorKind::usage);
}

TEST_F(DeskTest, what_makes_no_ca_is_refused) {
  for (const auto& change : std::vector<std::function<void(api::InitAuthorityRequest&)>>{
           [](auto& request) { request.set_name("A B"); },
           [](auto& request) { request.set_key_type("ed25519"); },
           [](auto& request) { request.set_key_type("dsa"); },
           [](auto& request) { request.set_leaf_days(826); },
           [](auto& request) { request.set_root_days(1'000'000); },
           [](auto& request) { request.add_permitted("10.1.2.3/8"); }}) {
    auto request = init_request();
    change(request);
    EXPECT_EQ(kind_of(ask(desk().init(request, caller()))), ErrorKind::usage);
  }
  EXPECT_TRUE(records().empty());
}

TEST_F(DeskTest, one_certificate_for_all_or_one_for_each_A4) {
  init_at_desk();
  auto request = issue_request({"a.plant4.local", "b.plant4.local"});
  EXPECT_THAT(issue_at_desk(request)->certificates(), SizeIs(1));
  request.set_each(true);
  const auto each = issue_at_desk(request);
  ASSERT_THAT(each->certificates(), SizeIs(2));
  EXPECT_THAT(each->certificates(1).row().names(), ElementsAre("b.plant4.local"));
  EXPECT_EQ(each->certificates(1).row().certificate(), "b.plant4.local");
  EXPECT_EQ(each->certificates(1).key(), "");
  EXPECT_THAT(show()->issued(), SizeIs(3));
  EXPECT_EQ(show()->authority().issued(), 3U);
}

TEST_F(DeskTest, names_outside_of_the_limits_are_refused_before_anything_is_issued) {
  init_at_desk();
  auto request = issue_request({"a.plant4.local", "example.org"});
  request.set_each(true);
  EXPECT_EQ(kind_of(issue_at_desk(request)), ErrorKind::not_permitted);
  EXPECT_THAT(show()->issued(), SizeIs(0));
}

TEST_F(DeskTest, what_goes_into_the_store_is_served_at_once) {
  init_at_desk();
  auto request = issue_request({"a.plant4.local"});
  request.set_why("files");
  change->set_applied(true);
  EXPECT_TRUE(issue_at_desk(request)->change().applied());
  EXPECT_THAT(taken_up, ElementsAre("files by ops"));
  request.set_hand_out(true);
  request.set_passphrase(kPassphrase);
  ASSERT_TRUE(issue_at_desk(request));
  EXPECT_THAT(taken_up, SizeIs(1)) << "what is handed out is served elsewhere";
}

TEST_F(DeskTest, what_clients_would_refuse_leaves_the_store_as_it_was) {
  init_at_desk();
  ASSERT_TRUE(issue_at_desk(issue_request({"a.plant4.local"})));
  const auto before = records();
  const auto identity_of = [this](const std::vector<certs::Record>& all) {
    const auto found = std::ranges::find(all, "a.plant4.local",
                                         [](const auto& record) { return record.name.text(); });
    return must(run(store().identity(found->id, soon()))).leaf();
  };
  const auto kept = identity_of(before);
  change->set_rolled_back(true);
  const auto added = issue_at_desk(issue_request({"b.plant4.local"}));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->certificates(0).row().certificate(), "");
  EXPECT_THAT(added->notes(0), HasSubstr("as it was before"));
  EXPECT_EQ(records().size(), before.size());
  auto replacing = issue_request({"a.plant4.local", "b.plant4.local"});
  replacing.set_replace("a.plant4.local");
  ASSERT_TRUE(issue_at_desk(replacing));
  EXPECT_EQ(identity_of(records()), kept);
  change = fail(Fault::machine, "another change is still under way", ErrorKind::timed_out);
  const auto failed = issue_at_desk(issue_request({"b.plant4.local"}));
  EXPECT_EQ(kind_of(failed), ErrorKind::timed_out);
  EXPECT_THAT(failed.error().what, HasSubstr("to be revoked"));
  EXPECT_EQ(records().size(), before.size());
}

TEST_F(DeskTest, a_client_is_called_by_its_first_name_A2) {
  init_at_desk();
  auto request = issue_request({"Front end 1", "fe1.plant4.local"});
  request.set_role("clientAuth");
  const auto issued = issue_at_desk(request);
  ASSERT_TRUE(issued) << issued.error().what;
  EXPECT_EQ(issued->certificates(0).row().subject(), "Front end 1");
  EXPECT_EQ(issued->certificates(0).row().role(), "clientAuth");
  EXPECT_THAT(issued->certificates(0).row().names(), ElementsAre("fe1.plant4.local"));
  EXPECT_EQ(issued->certificates(0).row().issuer(), "client issuer 1.1");
}

TEST_F(DeskTest, what_is_wrongly_asked_for_is_refused) {
  init_at_desk();
  for (const auto& change : std::vector<std::function<void(api::IssueRequest&)>>{
           [](auto& request) { request.clear_names(); },
           [](auto& request) { request.set_role("codeSigning"); },
           [](auto& request) { request.set_key_type("rsa1024"); },
           [](auto& request) { request.set_days(826); },
           [](auto& request) { request.set_hand_out(true); },
           [](auto& request) {
             request.set_hand_out(true);
             request.set_passphrase("secret");
           },
           [](auto& request) {
             request.set_hand_out(true);
             request.set_certificate("files");
           },
           [](auto& request) {
             request.set_certificate("files");
             request.set_replace("files");
           }}) {
    auto request = issue_request({"a.plant4.local"});
    change(request);
    EXPECT_EQ(kind_of(issue_at_desk(request)), ErrorKind::usage);
  }
  auto unknown = issue_request({"a.plant4.local"});
  unknown.set_replace("nobody");
  EXPECT_EQ(kind_of(issue_at_desk(unknown)), ErrorKind::not_found);
  EXPECT_THAT(show()->issued(), SizeIs(0));
}

TEST_F(DeskTest, ed25519_for_servers_is_told_of) {
  init_at_desk();
  auto request = issue_request({"a.plant4.local"});
  request.set_key_type("ed25519");
  EXPECT_THAT(issue_at_desk(request)->notes(0), HasSubstr("Browsers take no certificate"));
}

TEST_F(DeskTest, the_ca_of_the_machine_that_is_not_in_the_store_is_shown_and_nothing_else) {
  init_at_desk();
  anchor = get().active_root().certificate;
  const auto listed = ask(desk().list({}, caller()));
  ASSERT_THAT(listed->authorities(), SizeIs(2));
  EXPECT_EQ(listed->authorities(0).name(), "machine");
  EXPECT_TRUE(listed->authorities(0).read_only());
  EXPECT_EQ(show("machine")->anchors(), anchor->to_pem());
  auto request = issue_request({"localhost"});
  request.set_authority("machine");
  EXPECT_EQ(kind_of(issue_at_desk(request)), ErrorKind::not_found);
}

TEST_F(DeskTest, the_ca_of_the_machine_is_made_by_nobody_else) {
  EXPECT_EQ(kind_of(init_at_desk("machine")), ErrorKind::not_permitted);
}

TEST_F(DeskTest, the_ca_of_the_machine_is_like_any_other_and_comes_first) {
  init_at_desk("a-plant");
  must(run(authorities().init(
      {.name = certs::AuthorityName::machine(), .host = "gate1", .constraints = plant()}, cause(),
      soon())));
  anchor = get("machine").active_root().certificate;
  const auto listed = ask(desk().list({}, caller()));
  ASSERT_THAT(listed->authorities(), SizeIs(2));
  EXPECT_EQ(listed->authorities(0).name(), "machine");
  EXPECT_FALSE(listed->authorities(0).read_only());
  auto request = issue_request({"a.plant4.local"});
  request.set_authority("machine");
  EXPECT_TRUE(issue_at_desk(request));
}

TEST_F(DeskTest, the_next_root_of_the_machine_may_certify_what_the_machine_is_called_now) {
  must(run(authorities().init(
      {.name = certs::AuthorityName::machine(), .host = "gate1", .constraints = plant()}, cause(),
      soon())));
  api::RotateAuthorityRequest rotate;
  rotate.set_name("machine");
  ASSERT_TRUE(ask(desk().rotate(rotate, caller())));
  certs::Authority machine = get("machine");
  EXPECT_THAT(crypto::name_constraints_of(machine.next_root()->certificate)->text(),
              HasSubstr("moved.example"));
  api::TrustRootRequest trust;
  trust.set_name("machine");
  trust.set_sha256(crypto::hex(machine.next_root()->certificate.sha256()));
  ASSERT_TRUE(ask(desk().trust(trust, caller())));
  EXPECT_THAT(taken_up, ElementsAre(HasSubstr("another root"))) << "the default identity follows";
}

TEST_F(DeskTest, roll_over_shares_the_next_root_and_drops_the_old_one_when_nothing_is_below_it) {
  init_at_desk();
  issue_at_desk(issue_request({"a.plant4.local"}));
  api::RotateAuthorityRequest rotate;
  rotate.set_name("plant");
  ASSERT_TRUE(ask(desk().rotate(rotate, caller())));
  const auto both = show();
  EXPECT_EQ(both->anchors(), both->authority().roots(0).pem() + both->authority().roots(1).pem());
  EXPECT_THAT(both->authority().notes(0), HasSubstr("--trusted"));
  api::TrustRootRequest trust;
  trust.set_name("plant");
  trust.set_sha256("00:11");
  EXPECT_EQ(kind_of(ask(desk().trust(trust, caller()))), ErrorKind::conflict);
  trust.clear_sha256();
  ASSERT_TRUE(ask(desk().trust(trust, caller())));
  EXPECT_THAT(show()->authority().notes(0), HasSubstr("1 certificate below root 1 has not ended"));
  clock.advance(std::chrono::days(91));
  EXPECT_EQ(show()->anchors(), both->authority().roots(1).pem());
}

TEST_F(DeskTest, an_issuer_that_ends_before_what_it_issues_is_told_of) {
  init_at_desk();
  EXPECT_THAT(show()->authority().notes(), SizeIs(0));
  clock.advance(std::chrono::days(5 * 365 - 80));
  ASSERT_THAT(show()->authority().notes(), SizeIs(2));
  EXPECT_THAT(show()->authority().notes(0), HasSubstr("gatehouse ca rotate plant --issuers"));
}

TEST_F(DeskTest, a_revocation_reaches_the_list_and_the_row) {
  init_at_desk();
  const auto issued = issue_at_desk(issue_request({"a.plant4.local"}));
  api::RevokeRequest request;
  request.set_authority("plant");
  request.set_certificate("a.plant4.local");
  request.set_reason("because");
  EXPECT_EQ(kind_of(ask(desk().revoke(request, caller()))), ErrorKind::usage);
  request.set_reason("key-compromise");
  request.set_dry_run(true);
  ASSERT_TRUE(ask(desk().revoke(request, caller())));
  EXPECT_EQ(show()->issued(0).state(), "valid");
  request.set_dry_run(false);
  const auto revoked = ask(desk().revoke(request, caller()));
  ASSERT_TRUE(revoked) << revoked.error().what;
  EXPECT_THAT(revoked->notes(1), HasSubstr("in the store here still"));
  EXPECT_EQ(show()->issued(0).state(), "revoked");
  EXPECT_EQ(show()->issued(0).revoked_by(), "ops (uid 1000)");
  api::CrlRequest lists;
  lists.set_authority("plant");
  EXPECT_EQ(ask(desk().crl(lists, caller()))->lists(0).revoked(), 1U);
}

TEST_F(DeskTest, a_serial_number_is_taken_in_any_spelling) {
  init_at_desk();
  const auto issued = issue_at_desk(issue_request({"a.plant4.local"}));
  std::string serial;
  for (const char c : issued->certificates(0).row().serial()) {
    serial += static_cast<char>(std::toupper(c));
    if (serial.size() % 3 == 2) serial += ':';
  }
  api::RevokeRequest request;
  request.set_authority("plant");
  request.set_certificate(serial);
  EXPECT_TRUE(ask(desk().revoke(request, caller())));
}

// ------------------------------------------------------------------ the root's key

TEST_F(DeskTest, the_key_is_erased_when_what_was_written_opens_and_not_before) {
  init_at_desk();
  const auto file = detach();
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_FALSE(file->erased());
  EXPECT_TRUE(get().active_root().key);
  EXPECT_EQ(kind_of(detach("not what was written")), ErrorKind::invalid);
  EXPECT_EQ(kind_of(detach(file->pkcs12().substr(0, 100))), ErrorKind::invalid);
  EXPECT_FALSE(detach(file->pkcs12(), "another-Passphrase-4q8w-1x2y"));
  EXPECT_TRUE(get().active_root().key);
  EXPECT_TRUE(detach(file->pkcs12())->erased());
  EXPECT_FALSE(get().active_root().key);
  EXPECT_EQ(kind_of(detach()), ErrorKind::not_found);
}

TEST_F(DeskTest, the_key_of_another_ca_is_no_proof_that_it_is_safe) {
  init_at_desk("plant");
  init_at_desk("other");
  api::DetachRootRequest request;
  request.set_name("other");
  request.set_passphrase(kPassphrase);
  const auto file = ask(desk().detach(request, caller()));
  EXPECT_EQ(kind_of(detach(file->pkcs12())), ErrorKind::invalid);
  EXPECT_EQ(kind_of(attach(file->pkcs12())), ErrorKind::invalid);
  EXPECT_TRUE(get("plant").active_root().key);
}

TEST_F(DeskTest, the_key_comes_back_and_signs_again) {
  init_at_desk();
  const auto file = detach()->pkcs12();
  EXPECT_EQ(kind_of(attach(file)), ErrorKind::conflict) << "it is here";
  ASSERT_TRUE(detach(file));
  EXPECT_EQ(kind_of(attach(file, "wrong")), ErrorKind::invalid);
  ASSERT_TRUE(attach(file));
  api::RotateAuthorityRequest rotate;
  rotate.set_name("plant");
  rotate.set_issuers(true);
  EXPECT_TRUE(ask(desk().rotate(rotate, caller())));
}

TEST_F(DeskTest, a_weak_passphrase_takes_no_key_off_the_machine_I12) {
  init_at_desk();
  for (const auto* weak : {"", "secret", "12345678901234567890"}) {
    EXPECT_EQ(kind_of(detach("", weak)), ErrorKind::usage) << weak;
  }
}

TEST_F(DeskTest, the_next_root_keeps_its_key_until_it_is_trusted) {
  init_at_desk();
  api::RotateAuthorityRequest rotate;
  rotate.set_name("plant");
  ASSERT_TRUE(ask(desk().rotate(rotate, caller())));
  api::DetachRootRequest request;
  request.set_name("plant");
  request.set_root(2);
  request.set_passphrase(kPassphrase);
  EXPECT_EQ(kind_of(ask(desk().detach(request, caller()))), ErrorKind::conflict);
}

// Every answer of every method, looked at for the secret numbers of all keys.
TEST_F(DeskTest, no_answer_holds_a_key_in_the_clear_I15) {
  init_at_desk();
  auto handed = issue_request({"a.plant4.local"});
  handed.set_hand_out(true);
  handed.set_passphrase(kPassphrase);
  const auto given = issue_at_desk(handed);
  ASSERT_TRUE(given) << given.error().what;
  issue_at_desk(issue_request({"b.plant4.local"}));
  api::RotateAuthorityRequest rotate;
  rotate.set_name("plant");
  ask(desk().rotate(rotate, caller()));
  api::TrustRootRequest trust;
  trust.set_name("plant");
  ask(desk().trust(trust, caller()));
  api::RevokeRequest revoke;
  revoke.set_authority("plant");
  revoke.set_certificate("b.plant4.local");
  ask(desk().revoke(revoke, caller()));
  api::CrlRequest crl;
  crl.set_authority("plant");
  ask(desk().crl(crl, caller()));
  ask(desk().list({}, caller()));
  show();

  std::vector<crypto::PrivateKey> keys;
  for (const auto& record : records()) {
    if (record.shelf != certs::Shelf::identities) continue;
    keys.push_back(must(run(store().identity(record.id, soon()))).key);
  }
  const auto passphrase = crypto::Passphrase::parse(kPassphrase).value();
  const auto opened = crypto::read_bundle(as_bytes(given->certificates(0).key()), &passphrase);
  ASSERT_TRUE(opened);
  keys.push_back(opened->keys.front().key);
  EXPECT_THAT(keys, SizeIs(8));  // two roots, four issuers, two certificates

  const auto file = detach()->pkcs12();
  ASSERT_TRUE(detach(file));
  ASSERT_TRUE(attach(file));
  for (const auto& key : keys) {
    const Secret pkcs8 = key.to_pkcs8();
    const std::string scalar(as_text(pkcs8.view().subspan(36, 32)));  // of a P-256 key
    for (const std::string& answer : answers) {
      EXPECT_EQ(answer.find(scalar), std::string::npos);
      EXPECT_EQ(answer.find("PRIVATE KEY-----") == std::string::npos,
                answer.find("ENCRYPTED PRIVATE KEY-----") == std::string::npos);
      EXPECT_EQ(answer.find(kPassphrase), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace gatehouse::control
