// What becomes of the local CA and the default identity when files are lost, disks are full and a
// version before the store was there.

#include <gmock/gmock.h>

#include "certs/issuer/permitted_names.h"
#include "certs/issuer/testing/local_ca.h"
#include "certs/renewal/testing/default_identity_fixture.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using gatehouse::testing::content_of;
using gatehouse::testing::put;
using testing::DefaultIdentityTest;
using ::testing::ElementsAre;
using testing::FaultyStore;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::pattern;
using testing::request_of;

TEST_F(DefaultIdentityTest, a_missing_or_damaged_copy_is_written_again) {
  const auto first = ensure();
  put(path_ / "ca/root.crt", "damaged");
  fs::remove(path_ / "identities/default.crt");
  put(path_ / "identities/default.pem", "damaged");
  const auto second = ensure();
  EXPECT_EQ(second.identity.leaf(), first.identity.leaf());
  EXPECT_EQ(content_of(path_ / "ca/root.crt"), first.anchor.to_pem());
  EXPECT_EQ(content_of(path_ / "identities/default.crt"), first.identity.chain_pem());
  EXPECT_EQ(content_of(path_ / "identities/default.pem"), as_text(first.identity.to_pem().view()));
}

TEST_F(DefaultIdentityTest, a_damaged_key_is_made_anew_below_the_same_root) {
  const auto first = ensure();
  must(run(
      memory_.commit({{}, {kv::Put{keys::sealed_key(*first.records.by_default), {1}}}}, soon())));
  const auto second = ensure();
  EXPECT_EQ(second.anchor, first.anchor);
  EXPECT_EQ(second.records.by_default, first.records.by_default);
  EXPECT_TRUE(accepted(second, "gate1"));
  EXPECT_THAT(second.notices, ElementsAre(HasSubstr("a new one is made")));
  EXPECT_THAT(ensure().notices, IsEmpty());
}

TEST_F(DefaultIdentityTest, a_lost_store_does_not_make_another_CA) {
  ensure();
  reopen();
  for (const auto& entry : everything()) {
    must(run(memory_.commit({{}, {kv::Erase{entry.key}}}, soon())));
  }
  const std::string anchor = content_of(path_ / "ca/root.crt");
  const auto found = try_ensure(request_of());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_found);
  EXPECT_THAT(found.error().what, AllOf(HasSubstr("state.db"), HasSubstr("from a backup")));
  EXPECT_EQ(content_of(path_ / "ca/root.crt"), anchor);
  fs::rename(path_ / "ca", path_ / "ca.old");
  EXPECT_TRUE(accepted(ensure(), "gate1")) << "after the steps that the sentence says";
}

TEST_F(DefaultIdentityTest, a_root_whose_end_comes_near_is_announced_and_then_refused) {
  ensure();
  clock_.advance(std::chrono::days(14 * 365));
  EXPECT_THAT(ensure().notices, ElementsAre(HasSubstr("the local CA ends on 2046-09-16")));
  clock_.advance(std::chrono::days(7 * 365));
  EXPECT_THAT(try_ensure(request_of()).error().what,
              AllOf(HasSubstr("ended on 2046-09-16"), HasSubstr("ca rotate machine")));
}

TEST_F(DefaultIdentityTest, that_cannot_be_renewed_is_served_as_it_was_and_it_is_said) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(70));
  faulty_.fail_at(1, FaultyStore::When::before);
  const auto kept = ensure();
  EXPECT_EQ(kept.identity.leaf(), first.identity.leaf());
  EXPECT_EQ(kept.records, first.records);
  EXPECT_THAT(kept.notices, ElementsAre(HasSubstr("there is no room for the store")));
  EXPECT_TRUE(kept.due(clock_.wall()));
  EXPECT_NE(ensure().identity.leaf(), first.identity.leaf()) << "with room again it is renewed";
}

TEST_F(DefaultIdentityTest, that_ended_and_cannot_be_renewed_is_an_error) {
  ensure();
  clock_.advance(std::chrono::days(91));
  faulty_.fail_at(1, FaultyStore::When::before);
  EXPECT_THAT(try_ensure(request_of()).error().what, HasSubstr("there is no room"));
}

TEST_F(DefaultIdentityTest, a_first_start_that_cannot_write_is_one_clear_error) {
  store();
  faulty_.fail_at(1, FaultyStore::When::before);
  EXPECT_THAT(try_ensure(request_of()).error().what, HasSubstr("there is no room"));
  EXPECT_FALSE(is_there("ca/root.crt")) << "nobody can trust what is not kept";
  EXPECT_TRUE(accepted(ensure(), "gate1"));
}

TEST_F(DefaultIdentityTest, two_at_the_first_start_agree_on_one_CA) {
  CertificateStore& other = store();
  AuthorityStore others(memory_, other, clock_);
  DefaultIdentityKeeper second({.state = path_,
                                .entries = memory_,
                                .certificates = other,
                                .authorities = others,
                                .clock = clock_});
  std::optional<crypto::Certificate> theirs;
  const auto opened = must(
      run(CertificateStore::open(faulty_, reactor_, master_, usage_, soon(), testing::kCheap)));
  AuthorityStore ours(faulty_, *opened, clock_);
  DefaultIdentityKeeper first({.state = path_,
                               .entries = faulty_,
                               .certificates = *opened,
                               .authorities = ours,
                               .clock = clock_});
  faulty_.before_commit = [&] { theirs = must(run(second.ensure(request_of(), soon()))).anchor; };
  EXPECT_EQ(must(run(first.ensure(request_of(), soon()))).anchor, *theirs);
}

// ------------------------------------------------------------------ the version before the store

class TakeOver : public DefaultIdentityTest {
 protected:
  void SetUp() override { write_files_of_before(); }

  void write_files_of_before() {
    const StateFolder before = folder();
    auto writer = before.writer().value();
    const std::vector<PendingFile> files = [&] {
      std::vector<PendingFile> all;
      all.push_back(private_file("ca/root", ca.root));
      all.push_back(public_file("ca/root", ca.root));
      all.push_back(private_file("ca/server", ca.server_issuer));
      all.push_back(private_file("identities/default", by_default));
      all.push_back(public_file("identities/default", by_default));
      all.push_back(private_file("identities/self-signed", self_signed));
      return all;
    }();
    must(write_files(writer, files));
  }
  static DefaultIdentityRequest same() { return request_of({"www.example.org"}); }

  const WallTime made = clock_.wall();
  const testing::LocalCa ca = testing::LocalCa::create(constraints_for(request_of().machine), made);
  const crypto::Identity by_default = [this] {
    std::vector<NamePattern> names;
    for (const auto text :
         {"gate1.plant4.local", "gate1", "localhost", "127.0.0.1", "::1", "10.20.0.5"}) {
      names.push_back(pattern(text));
    }
    return ca.issue_server(names, crypto::KeyType::p256, made);
  }();
  const crypto::Identity self_signed =
      issue_self_signed({.common_name = "www.example.org", .names = {pattern("www.example.org")}},
                        crypto::PrivateKey::generate(crypto::KeyType::p256).value(), made)
          .value();
};

TEST_F(TakeOver, T3_every_identity_of_the_files_is_kept_unchanged) {
  const auto found = ensure(same());
  EXPECT_EQ(found.identity.chain, by_default.chain);
  EXPECT_EQ(found.identity.key.spki_sha256(), by_default.key.spki_sha256());
  ASSERT_TRUE(found.self_signed);
  EXPECT_EQ(found.self_signed->chain, self_signed.chain);
  EXPECT_EQ(found.anchor, ca.anchor());
  const Authority kept = machine();
  const auto root = must(run(authorities().root_identity(kept, 1, soon())));
  EXPECT_EQ(root.key.spki_sha256(), ca.root.key.spki_sha256());
  const AuthorityIssuer issuer = *kept.active_issuer(crypto::Purpose::server);
  EXPECT_EQ(issuer.certificate, ca.server_issuer.leaf());
  EXPECT_EQ(must(run(authorities().key_of(kept, issuer, soon()))).key.spki_sha256(),
            ca.server_issuer.key.spki_sha256());
  EXPECT_EQ(history(*found.records.by_default).front().cause.why,
            "taken over from the files of the state folder");
  EXPECT_THAT(found.notices, ::testing::Contains(HasSubstr("are taken over into the store")));
}

TEST_F(TakeOver, T3_is_one_write_and_happens_once) {
  store();
  const std::size_t opened = faulty_.commits();
  ensure(same());
  EXPECT_EQ(faulty_.commits(), opened + 1);
  const auto before = everything();
  reopen();
  EXPECT_EQ(ensure(same()).identity.chain, by_default.chain);
  EXPECT_EQ(everything(), before);
}

TEST_F(TakeOver, keys_of_the_CA_rest_in_no_file_but_those_for_going_back_and_not_for_long) {
  ensure(same());
  EXPECT_TRUE(is_there("ca/root.pem")) << "the version before can still go on";
  ensure(same());
  for (const auto gone : {"ca/root.pem", "ca/server.pem", "identities/self-signed.pem"}) {
    EXPECT_FALSE(is_there(gone)) << gone;
  }
  EXPECT_TRUE(is_there("ca/root.crt"));
  EXPECT_TRUE(is_there("identities/default.pem"));
  EXPECT_EQ(mode_of("before-store"), 0700u);
  EXPECT_EQ(mode_of("before-store/root.pem"), 0600u);
  clock_.advance(std::chrono::days(29));
  ensure(same());
  EXPECT_TRUE(is_there("before-store/root.pem"));
  clock_.advance(std::chrono::days(2));
  ensure(same());
  EXPECT_FALSE(is_there("before-store"));
}

TEST_F(TakeOver, who_went_back_to_the_version_before_is_taken_over_again) {
  ensure(same());
  ensure(same());
  fs::rename(path_ / "before-store/root.pem", path_ / "ca/root.pem");
  fs::rename(path_ / "before-store/server.pem", path_ / "ca/server.pem");
  const auto again = ensure(same());
  EXPECT_EQ(again.anchor, ca.anchor());
  EXPECT_FALSE(is_there("ca/root.pem"));
  EXPECT_TRUE(is_there("before-store/server.pem"));
}

TEST_F(TakeOver, a_root_that_is_not_in_the_store_is_left_alone_and_said) {
  ensure(same());
  ensure(same());
  const auto other = testing::LocalCa::create(constraints_for(request_of().machine), made);
  put(path_ / "ca/root.pem", std::string(as_text(other.root.to_pem().view())));
  fs::permissions(path_ / "ca/root.pem", fs::perms::owner_read | fs::perms::owner_write);
  const auto found = ensure(same());
  EXPECT_EQ(found.anchor, ca.anchor());
  EXPECT_THAT(found.notices, ::testing::Contains(HasSubstr("is not the root of the local CA")));
  EXPECT_TRUE(is_there("ca/root.pem"));
}

TEST_F(TakeOver, a_store_that_has_some_of_it_already_is_no_obstacle) {
  must(run(store().put({.content = ca.anchor(), .shelf = Shelf::anchors}, {"root", "x"}, soon())));
  must(run(store().put({.content = by_default, .name = RecordName::parse("mine").value()},
                       {"root", "x"}, soon())));
  must(run(store().put({.content = testing::identity({"other.example"}),
                        .name = RecordName::parse("self-signed").value()},
                       {"root", "x"}, soon())));
  const auto found = ensure(same());
  EXPECT_EQ(record(*found.records.by_default).name.text(), "mine");
  EXPECT_EQ(record(*found.records.self_signed).name.text(), "self-signed (2)");
}

TEST_F(TakeOver, that_cannot_be_written_serves_what_is_in_the_files) {
  store();
  const std::string root = content_of(path_ / "ca/root.pem");
  faulty_.fail_at(1, FaultyStore::When::before);
  const auto found = ensure(same());
  EXPECT_EQ(found.identity.chain, by_default.chain);
  EXPECT_EQ(found.self_signed->chain, self_signed.chain);
  EXPECT_FALSE(found.records.by_default);
  EXPECT_THAT(found.notices, ElementsAre(HasSubstr("there is no room for the store")));
  EXPECT_EQ(content_of(path_ / "ca/root.pem"), root);
}

TEST_F(TakeOver, whose_answer_is_lost_is_there_as_a_whole) {
  store();
  faulty_.fail_at(1, FaultyStore::When::after);
  EXPECT_EQ(ensure(same()).identity.chain, by_default.chain);
  EXPECT_TRUE(is_there("ca/root.pem")) << "nothing is moved before the store has it for sure";
  EXPECT_EQ(ensure(same()).identity.chain, by_default.chain);
  EXPECT_FALSE(is_there("ca/root.pem"));
}

TEST_F(TakeOver, a_damaged_certificate_is_made_anew_below_the_same_root) {
  put(path_ / "identities/default.pem", "-----BEGIN garbage");
  put(path_ / "ca/server.pem", "");
  const auto found = ensure();
  EXPECT_EQ(found.anchor, ca.anchor());
  EXPECT_TRUE(accepted(found, "gate1"));
  EXPECT_EQ(std::ranges::count_if(
                found.notices, [](const auto& one) { return one.contains("a new one is made"); }),
            2);
}

TEST_F(TakeOver, what_is_due_is_renewed_in_the_same_write) {
  clock_.advance(std::chrono::days(4 * 365));
  store();
  const std::size_t opened = faulty_.commits();
  const auto found = ensure(same());
  EXPECT_EQ(faulty_.commits(), opened + 1);
  EXPECT_EQ(found.anchor, ca.anchor());
  EXPECT_TRUE(accepted(found, "gate1"));
}

TEST_F(TakeOver, M7_a_key_that_others_can_read_is_refused_and_not_replaced) {
  for (const auto name : {"ca/root.pem", "ca/server.pem", "identities/default.pem"}) {
    const auto file = path_ / name;
    const std::string before = content_of(file);
    chmod(file.c_str(), 0640);
    const auto found = try_ensure(same());
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().kind, ErrorKind::not_permitted);
    EXPECT_THAT(found.error().what, HasSubstr("chmod 600 " + file.string()));
    EXPECT_EQ(content_of(file), before);
    chmod(file.c_str(), 0600);
  }
}

TEST_F(TakeOver, a_damaged_root_is_never_replaced) {
  const std::string half = content_of(path_ / "ca/root.pem").substr(0, 300);
  put(path_ / "ca/root.pem", half);
  const auto found = try_ensure(same());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::invalid);
  EXPECT_THAT(found.error().what, AllOf(HasSubstr("root.pem is damaged"), HasSubstr("backup")));
  EXPECT_EQ(content_of(path_ / "ca/root.pem"), half);
  EXPECT_THAT(records(), IsEmpty());
}

TEST_F(TakeOver, a_root_without_its_key_is_never_replaced) {
  fs::remove(path_ / "ca/root.pem");
  const auto found = try_ensure(same());
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().what, HasSubstr("but its key is not"));
  EXPECT_FALSE(is_there("ca/root.pem"));
}

}  // namespace
}  // namespace gatehouse::certs
