#include "certs/renewal/default_identity.h"

#include <gmock/gmock.h>

#include "certs/issuer/ca_certificates.h"
#include "certs/issuer/permitted_names.h"
#include "certs/renewal/due.h"
#include "certs/renewal/testing/default_identity_fixture.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using gatehouse::testing::content_of;
using testing::DefaultIdentityTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::name;
using ::testing::Not;
using testing::pattern;
using testing::request_of;
using ::testing::UnorderedElementsAre;

TEST_F(DefaultIdentityTest, is_there_at_first_start_with_nothing_brought_A1_M4) {
  const auto found = ensure();
  EXPECT_THAT(found.notices, ElementsAre());
  EXPECT_EQ(found.anchor_file, path_ / "ca/root.crt");
  EXPECT_FALSE(found.self_signed);
  EXPECT_FALSE(found.due(clock_.wall()));
}

TEST_F(DefaultIdentityTest, holds_every_name_under_which_the_machine_is_called_T2_T7) {
  const auto found = ensure();
  EXPECT_THAT(found.identity.leaf().names().texts(),
              UnorderedElementsAre("localhost", "gate1", "gate1.plant4.local", "127.0.0.1", "::1",
                                   "10.20.0.5"));
  EXPECT_EQ(found.identity.leaf().common_name(), "gate1.plant4.local");
  for (const auto& server : found.identity.leaf().names().texts()) {
    EXPECT_TRUE(accepted(found, server)) << server;
  }
}

TEST_F(DefaultIdentityTest, of_a_machine_without_a_name_is_for_localhost) {
  const auto found = ensure({});
  EXPECT_EQ(found.identity.leaf().common_name(), "localhost");
  EXPECT_TRUE(accepted(found, "localhost"));
  EXPECT_TRUE(accepted(found, "::1"));
}

TEST_F(DefaultIdentityTest, is_made_once_T3) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(59));
  const auto second = ensure();
  EXPECT_EQ(second.identity.chain, first.identity.chain);
  EXPECT_EQ(second.identity.key.spki_sha256(), first.identity.key.spki_sha256());
  EXPECT_EQ(second.anchor, first.anchor);
}

TEST_F(DefaultIdentityTest, only_its_own_key_is_in_a_file_and_for_its_owner_M7) {
  ensure(request_of({"example.org"}));
  std::vector<std::string> with_key;
  for (const auto& file : fs::recursive_directory_iterator(path_)) {
    if (file.is_regular_file() && content_of(file.path()).contains("PRIVATE")) {
      with_key.push_back(file.path().lexically_relative(path_).string());
    }
  }
  EXPECT_THAT(with_key, ElementsAre("identities/default.pem"));
  EXPECT_EQ(mode_of("identities/default.pem"), 0600u);
  for (const auto folder : {"", "ca", "identities"}) EXPECT_EQ(mode_of(folder), 0700u) << folder;
  for (const auto file : {"ca/root.crt", "identities/default.crt"}) {
    EXPECT_EQ(mode_of(file), 0644u) << file;
  }
}

TEST_F(DefaultIdentityTest, no_key_is_in_a_file_where_the_master_secret_rests_elsewhere) {
  copy_key_ = false;
  const auto found = ensure();
  EXPECT_FALSE(is_there("identities/default.pem"));
  EXPECT_EQ(content_of(path_ / "identities/default.crt"), found.identity.chain_pem());
}

TEST_F(DefaultIdentityTest, other_software_finds_the_whole_chain_in_one_file_T4) {
  const auto found = ensure();
  const auto file = path_ / "identities/default.pem";
  const auto read = crypto::parse_pem_identity(content_of(file)).value();
  EXPECT_EQ(read.chain, found.identity.chain);
  EXPECT_EQ(content_of(path_ / "identities/default.crt"), found.identity.chain_pem());
}

TEST_F(DefaultIdentityTest, the_first_start_is_one_write_and_the_next_is_none_T3) {
  store();
  const std::size_t before = faulty_.commits();
  ensure(request_of({"example.org"}));
  EXPECT_EQ(faulty_.commits(), before + 1);
  before_step_ = [](std::string_view step) { ADD_FAILURE() << step; };
  reopen();
  store();
  const std::size_t opened = faulty_.commits();
  ensure(request_of({"example.org"}));
  EXPECT_EQ(faulty_.commits(), opened);
}

TEST_F(DefaultIdentityTest, rests_in_the_store_beside_the_CA_that_signed_it_T2) {
  const auto found = ensure(request_of({"example.org"}));
  const Record kept = record(found.records.by_default.value());
  EXPECT_EQ(kept.name.text(), "default");
  EXPECT_EQ(kept.origin, Origin::default_identity);
  EXPECT_EQ(kept.chain, found.identity.chain);
  EXPECT_EQ(record(found.records.self_signed.value()).name.text(), "self-signed");
  const Authority ca = machine();
  EXPECT_EQ(ca.active_root().certificate, found.anchor);
  EXPECT_EQ(record(ca.active_root().anchor).chain.front(), found.anchor);
  const auto issued = must(run(authorities().reader().issued(ca.name, soon())));
  ASSERT_EQ(issued.size(), 1u);
  EXPECT_EQ(issued[0].issued.record, found.records.by_default);
  EXPECT_EQ(keeper().users(*found.records.by_default),
            std::vector<std::string>{"the default identity"});
  EXPECT_EQ(authorities().users(ca.active_root().anchor),
            std::vector<std::string>{"the CA machine"});
}

TEST_F(DefaultIdentityTest, keeps_its_record_its_name_and_its_history_when_it_is_renewed) {
  const auto first = ensure();
  const RecordId id = *first.records.by_default;
  must(run(store().rename(id, RecordName::parse("mine").value(), {"root", "to try"}, soon())));
  clock_.advance(std::chrono::days(61));
  const auto second = ensure();
  EXPECT_EQ(second.records.by_default, id);
  EXPECT_EQ(record(id).name.text(), "mine");
  EXPECT_EQ(record(id).chain, second.identity.chain);
  const auto entries = history(id);
  EXPECT_EQ(entries.back().event, Event::replaced);
  EXPECT_EQ(entries.back().cause.who, "gatehouse");
  EXPECT_EQ(entries.back().cause.why, "two thirds of its life are over");
  EXPECT_EQ(entries.back().before->chain, first.identity.chain);
}

TEST_F(DefaultIdentityTest, never_answers_because_a_client_asked_for_one_of_its_names) {
  const auto found = ensure(request_of({"files.plant4.local"}));
  EXPECT_THAT(summary_of(record(*found.records.by_default)).names, ElementsAre());
}

TEST_F(DefaultIdentityTest, is_made_anew_when_it_was_revoked) {
  const auto first = ensure();
  must(run(authorities().revoke(AuthorityName::machine(), first.identity.leaf().serial(),
                                crypto::RevocationReason::key_compromise, {"root", "stolen"},
                                soon())));
  const auto second = ensure();
  EXPECT_NE(second.identity.leaf(), first.identity.leaf());
  EXPECT_EQ(ensure().identity.leaf(), second.identity.leaf());
}

TEST_F(DefaultIdentityTest, goes_over_to_the_next_root_when_that_is_declared_trusted) {
  const auto first = ensure();
  crypto::NameConstraints wider = parse_permitted(".example.org").value();
  must(run(authorities().add_next_root(AuthorityName::machine(), "gate1", {"root", "to try"},
                                       soon(), constraints_for(request_of().machine, wider))));
  EXPECT_EQ(ensure().anchor, first.anchor) << "it signs nothing yet";
  const std::string digits = crypto::hex(machine().next_root()->certificate.sha256()).substr(0, 16);
  must(run(
      authorities().trust_next_root(AuthorityName::machine(), digits, {"root", "to try"}, soon())));
  const auto second = ensure(request_of({"www.example.org"}));
  EXPECT_NE(second.anchor, first.anchor);
  EXPECT_EQ(second.records.by_default, first.records.by_default);
  EXPECT_TRUE(accepted(second, "www.example.org")) << "the public copy is of the new one";
  EXPECT_FALSE(second.self_signed);
}

TEST_F(DefaultIdentityTest, goes_on_while_the_key_of_the_root_is_off_the_machine) {
  const auto first = ensure();
  must(run(authorities().erase_root_key(AuthorityName::machine(), 1, {"root", "to try"}, soon())));
  clock_.advance(std::chrono::days(61));
  const auto second = ensure();
  EXPECT_NE(second.identity.leaf(), first.identity.leaf());
  EXPECT_THAT(second.notices, ElementsAre());
  clock_.advance(std::chrono::days(4 * 365));
  EXPECT_THAT(ensure().notices,
              ElementsAre(AllOf(HasSubstr("server issuer 1.1"), HasSubstr("ca attach machine"))));
  clock_.advance(std::chrono::days(2 * 365));
  EXPECT_THAT(try_ensure(request_of()).error().what, HasSubstr("ca attach machine"));
}

TEST_F(DefaultIdentityTest, is_renewed_after_two_thirds_of_its_life_with_the_same_root) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(61));
  EXPECT_TRUE(first.due(clock_.wall()));
  const auto second = ensure();
  EXPECT_NE(second.identity.leaf(), first.identity.leaf());
  EXPECT_NE(second.identity.key.spki_sha256(), first.identity.key.spki_sha256());
  EXPECT_EQ(second.anchor, first.anchor);
  EXPECT_FALSE(second.due(clock_.wall()));
  EXPECT_TRUE(accepted(second, "gate1"));
  EXPECT_EQ(content_of(path_ / "identities/default.crt"), second.identity.chain_pem());
}

TEST_F(DefaultIdentityTest, of_any_life_is_due_by_a_fraction_of_it) {
  for (const auto life : {std::chrono::days(6), std::chrono::days(45), std::chrono::days(397)}) {
    fs::remove_all(path_);
    reopen();
    for (const auto& entry : everything()) {
      must(run(memory_.commit({{}, {kv::Erase{entry.key}}}, soon())));
    }
    auto request = request_of();
    request.lives.leaf = life;
    const auto found = ensure(request);
    EXPECT_FALSE(found.due(clock_.wall() + life / 2)) << life.count();
    EXPECT_TRUE(found.due(clock_.wall() + life * 7 / 10)) << life.count();
  }
}

TEST_F(DefaultIdentityTest, the_issuer_is_renewed_as_well_and_trust_stays) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(4 * 365));
  const auto second = ensure();
  EXPECT_NE(second.identity.chain[1], first.identity.chain[1]);
  EXPECT_EQ(second.anchor, first.anchor);
  EXPECT_TRUE(accepted(second, "gate1"));
}

TEST_F(DefaultIdentityTest, is_made_anew_when_the_clock_was_set_back) {
  const auto first = ensure();
  clock_.advance(-std::chrono::hours(48));
  EXPECT_TRUE(first.due(clock_.wall()));
  const auto second = ensure();
  EXPECT_NE(second.identity.leaf(), first.identity.leaf());
  EXPECT_THAT(second.notices, ElementsAre(HasSubstr("set the clock")));
}

TEST_F(DefaultIdentityTest, follows_a_name_that_the_local_ca_may_certify) {
  const auto first = ensure();
  const auto second = ensure(request_of({"files.plant4.local", "*.plant4.local"}));
  EXPECT_NE(second.identity.leaf(), first.identity.leaf());
  EXPECT_TRUE(accepted(second, "files.plant4.local"));
  EXPECT_TRUE(accepted(second, "any.plant4.local"));
  const auto third = ensure();
  EXPECT_FALSE(accepted(third, "files.plant4.local"));
}

TEST_F(DefaultIdentityTest, a_host_beyond_the_constraints_is_self_signed_and_said) {
  const auto found = ensure(request_of({"www.example.org", "files.plant4.local"}));
  ASSERT_TRUE(found.self_signed);
  EXPECT_THAT(found.self_signed->leaf().names().texts(), ElementsAre("www.example.org"));
  EXPECT_TRUE(accepted(found, "files.plant4.local"));
  EXPECT_THAT(
      found.notices,
      ElementsAre(AllOf(HasSubstr("www.example.org"), HasSubstr("self-signed"),
                        HasSubstr("--permit www.example.org"), HasSubstr("--certificate"))));
  const auto again = ensure(request_of({"www.example.org", "files.plant4.local"}));
  EXPECT_EQ(again.self_signed->leaf(), found.self_signed->leaf());
  EXPECT_FALSE(ensure().self_signed);
}

TEST_F(DefaultIdentityTest, a_host_permitted_before_the_first_start_is_certified) {
  auto request = request_of({"www.example.org", "10.30.1.1"});
  request.permit = parse_permitted(".example.org,10.30.0.0/16").value();
  const auto found = ensure(request);
  EXPECT_TRUE(accepted(found, "www.example.org"));
  EXPECT_TRUE(accepted(found, "10.30.1.1"));
  EXPECT_THAT(found.notices, ElementsAre());
  EXPECT_THAT(ensure(request_of({"www.example.org", "10.30.1.1"})).notices, ElementsAre());
}

TEST_F(DefaultIdentityTest,
       a_permission_after_the_first_start_changes_nothing_and_says_what_to_do) {
  const auto first = ensure();
  auto request = request_of();
  request.permit = parse_permitted(".example.org").value();
  const auto second = ensure(request);
  EXPECT_EQ(second.anchor, first.anchor);
  EXPECT_THAT(second.notices,
              ElementsAre(AllOf(HasSubstr("comes too late"), HasSubstr("--permit example.org"),
                                HasSubstr("ca rotate machine --trusted"))));
  request.permit = parse_permitted("x.plant4.local").value();
  EXPECT_THAT(ensure(request).notices, ElementsAre()) << "is permitted already";
}

TEST_F(DefaultIdentityTest, a_new_address_beyond_the_constraints_is_left_out_and_said) {
  ensure();
  auto request = request_of();
  request.machine.addresses.push_back(name("192.168.7.7"));
  request.machine.short_name = name("renamed");
  const auto found = ensure(request);
  EXPECT_THAT(found.notices,
              ElementsAre(HasSubstr("192.168.7.7, renamed: this machine has it now")));
  EXPECT_FALSE(found.identity.leaf().names().covers(name("192.168.7.7")));
  EXPECT_TRUE(accepted(found, "gate1.plant4.local"));
}

TEST(Due, is_two_thirds_of_a_life_and_before_its_beginning) {
  const auto now = FakeClock().wall();
  const LeafSpec spec{
      .common_name = "a.example", .names = {pattern("a.example")}, .life = std::chrono::days(90)};
  auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  const auto leaf = issue_self_signed(spec, std::move(key), now).value().leaf();
  EXPECT_FALSE(is_due(leaf, now));
  EXPECT_FALSE(is_due(leaf, renewal_time(leaf) - std::chrono::seconds(1)));
  EXPECT_TRUE(is_due(leaf, renewal_time(leaf)));
  EXPECT_TRUE(is_due(leaf, leaf.not_before() - std::chrono::seconds(1)));
  EXPECT_EQ(renewal_time(leaf) - leaf.not_before(), (leaf.not_after() - leaf.not_before()) / 3 * 2);
}

}  // namespace
}  // namespace gatehouse::certs
