#include "certs/store/certificate_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/store_keys.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using crypto::testing::Ca;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::identity;
using ::testing::IsEmpty;
using testing::kNow;
using ::testing::SizeIs;

io::Task<void> add_and_replace(CertificateStore& store, RecordId id, io::Deadline deadline,
                               std::vector<Result<Record>>& done) {
  done.push_back(co_await store.put({.content = identity({"b.example"})}, {"a", "b"}, deadline));
  done.push_back(co_await store.replace(id, identity({"c.example"}), {"a", "b"}, deadline));
}

class CertificateStoreTest : public testing::StoreFixture {
 protected:
  Result<Record> replace(const RecordId& id, Content content) {
    return run(store().replace(id, std::move(content), {"renewal", "two thirds are over"}, soon()));
  }
  Result<Record> rename(const RecordId& id, std::string_view name) {
    return run(
        store().rename(id, RecordName::parse(name).value(), {"ops", "a better one"}, soon()));
  }
  Result<Ok> remove(const RecordId& id) {
    return run(store().remove(id, {"ops", "not needed"}, soon()));
  }
  Result<crypto::Identity> identity_of(const RecordId& id) {
    return run(store().identity(id, soon()));
  }
  std::vector<std::string> names(RecordFilter filter = {}) {
    std::vector<std::string> names;
    for (const auto& one : must(run(store().reader().list(filter, "", 1000, soon()))).records) {
      names.push_back(one.name.text());
    }
    std::ranges::sort(names);
    return names;
  }
};

TEST_F(CertificateStoreTest, T2_what_was_put_is_there_after_a_new_start_with_its_key) {
  const auto content = identity({"www.example.org"});
  const Record put = this->put("www", content);
  reopen();
  const Record kept = record(put.id);
  EXPECT_EQ(kept.name.text(), "www");
  EXPECT_EQ(kept.shelf, Shelf::identities);
  EXPECT_EQ(kept.origin, Origin::import);
  EXPECT_EQ(kept.owner, Owner::machine());
  EXPECT_EQ(kept.created, std::chrono::floor<std::chrono::seconds>(kNow));
  EXPECT_EQ(kept.chain, content.chain);
  const auto whole = identity_of(put.id);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->chain, content.chain);
  EXPECT_TRUE(whole->leaf().matches(whole->key));
}

TEST_F(CertificateStoreTest, I4_everything_lands_on_the_shelf_of_what_it_is) {
  const Ca ca;
  EXPECT_EQ(put({.content = ca.serve({"www.example.org"})}).shelf, Shelf::identities);
  EXPECT_EQ(put({.content = ca.root}).shelf, Shelf::anchors);
  EXPECT_EQ(put({.content = ca.intermediate}).shelf, Shelf::intermediates);
}

TEST_F(CertificateStoreTest, I4_a_wrong_shelf_is_refused_with_the_reason) {
  const Ca ca;
  struct Case {
    Content content;
    Shelf wanted;
    std::string_view reason;
  };
  const std::vector<Case> cases{
      {ca.serve({"a.example"}), Shelf::anchors, "comes with its key"},
      {ca.serve({"a.example"}), Shelf::intermediates, "leave the key out"},
      {ca.root, Shelf::intermediates, "issued itself"},
      {ca.root, Shelf::identities, "give its key with it"},
      {ca.intermediate, Shelf::anchors, "another one issued"},
      {ca.intermediate, Shelf::identities, "give its key with it"},
      {ca.serve({"a.example"}).leaf(), Shelf::anchors, "of use with its key only"},
  };
  for (const Case& one : cases) {
    const auto refused = try_put({.content = one.content, .shelf = one.wanted});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    EXPECT_EQ(refused.error().fault, Fault::operator_input);
    EXPECT_THAT(refused.error().what, HasSubstr(one.reason));
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(CertificateStoreTest, I4_a_key_of_another_certificate_is_refused) {
  auto content = identity({"www.example.org"});
  content.key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  const auto refused = try_put({.content = content});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("the two that belong together"));
}

TEST_F(CertificateStoreTest, a_name_that_was_not_given_is_made_and_numbered) {
  EXPECT_EQ(put({.content = identity({"www.example.org"})}).name.text(), "www.example.org");
  EXPECT_EQ(put({.content = identity({"www.example.org"})}).name.text(), "www.example.org (2)");
  EXPECT_EQ(put({.content = identity({"www.example.org"})}).name.text(), "www.example.org (3)");
}

TEST_F(CertificateStoreTest, a_name_is_there_once_on_a_shelf_for_an_owner) {
  const Ca ca;
  put("www", identity({"a.example"}));
  const auto name = RecordName::parse("www").value();
  const auto twice = try_put({.content = identity({"b.example"}), .name = name});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::conflict);
  EXPECT_THAT(twice.error().what, HasSubstr("is taken"));
  EXPECT_TRUE(try_put({.content = ca.root, .name = name}));
  EXPECT_TRUE(try_put({.content = identity({"b.example"}),
                       .name = name,
                       .owner = Owner::parse("user:ops").value()}));
}

TEST_F(CertificateStoreTest, a_certificate_is_there_once_on_a_shelf_for_an_owner) {
  const auto content = identity({"a.example"});
  put("a", content);
  const auto twice = try_put({.content = content, .name = RecordName::parse("b").value()});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::conflict);
  EXPECT_THAT(twice.error().what, HasSubstr("already, as \"a\""));
  EXPECT_TRUE(try_put({.content = content, .owner = Owner::parse("user:ops").value()}));
}

TEST_F(CertificateStoreTest, a_replaced_certificate_keeps_its_record_and_its_past) {
  const auto first = identity({"www.example.org"});
  auto second = identity({"www.example.org", "example.org"});
  second.key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  second.chain = {
      crypto::issue_self_signed(testing::leaf_spec({"new.example"}), second.key).value()};
  const Record before = put("www", first);
  clock.advance(std::chrono::hours(24));
  ASSERT_TRUE(replace(before.id, second));
  const Record after = record(before.id);
  EXPECT_EQ(after.name, before.name);
  EXPECT_EQ(after.created, before.created);
  EXPECT_EQ(after.chain, second.chain);
  const auto whole = identity_of(before.id);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(second.leaf().matches(whole->key));
  const auto past = history(before.id);
  ASSERT_THAT(past, SizeIs(2));
  EXPECT_EQ(past[0].event, Event::added);
  EXPECT_EQ(past[0].cause.who, "tester");
  EXPECT_EQ(past[0].before, std::nullopt);
  EXPECT_EQ(past[1].event, Event::replaced);
  EXPECT_EQ(past[1].cause.who, "renewal");
  EXPECT_EQ(past[1].cause.why, "two thirds are over");
  EXPECT_EQ(past[1].when, before.created + std::chrono::hours(24));
  EXPECT_EQ(past[1].before->chain, first.chain);
}

TEST_F(CertificateStoreTest, a_replaced_certificate_is_found_by_what_it_is_now_only) {
  const auto first = identity({"old.example"});
  const auto second = identity({"new.example"});
  const Record before = put("www", first);
  ASSERT_TRUE(replace(before.id, second));
  for (const std::string selector : {"CN=new.example", "san:new.example", "name:www"}) {
    ASSERT_TRUE(find(selector)) << selector;
    EXPECT_EQ(find(selector)->candidates[0].record.id, before.id);
  }
  EXPECT_TRUE(find(crypto::hex(second.leaf().sha1())));
  EXPECT_TRUE(find(crypto::hex(second.leaf().sha256())));
  EXPECT_FALSE(find("CN=old.example"));
  EXPECT_FALSE(find("san:old.example"));
  EXPECT_FALSE(find(crypto::hex(first.leaf().sha1())));
  EXPECT_FALSE(find(crypto::hex(first.leaf().sha256())));
}

TEST_F(CertificateStoreTest, the_same_certificate_again_changes_nothing) {
  const auto content = identity({"a.example"});
  const Record before = put("a", content);
  const auto entries = everything();
  ASSERT_TRUE(replace(before.id, content));
  EXPECT_EQ(everything(), entries);
}

TEST_F(CertificateStoreTest, I4_a_replacement_stays_on_its_shelf) {
  const Ca ca;
  const Record anchor = put({.content = ca.root});
  EXPECT_FALSE(replace(anchor.id, ca.intermediate));
  EXPECT_FALSE(replace(anchor.id, ca.serve({"a.example"})));
  EXPECT_TRUE(replace(anchor.id, Ca().root));
}

TEST_F(CertificateStoreTest, a_replacement_that_another_record_holds_is_refused) {
  const auto content = identity({"a.example"});
  put("a", content);
  const Record other = put("b", identity({"b.example"}));
  const auto refused = replace(other.id, content);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
}

TEST_F(CertificateStoreTest, a_renamed_certificate_is_found_by_its_new_name_only) {
  const Record before = put("old", identity({"a.example"}));
  put("taken", identity({"b.example"}));
  const auto taken = rename(before.id, "taken");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::conflict);
  ASSERT_TRUE(rename(before.id, "new"));
  EXPECT_TRUE(find("name:new"));
  EXPECT_FALSE(find("name:old"));
  EXPECT_TRUE(identity_of(before.id));
  EXPECT_EQ(history(before.id).back().event, Event::renamed);
  EXPECT_EQ(history(before.id).back().before->name.text(), "old");
  EXPECT_EQ(put("old", identity({"c.example"})).name.text(), "old");
}

TEST_F(CertificateStoreTest, what_is_in_use_is_not_removed_and_the_users_are_named) {
  const Record kept = put("www", identity({"a.example"}));
  usage.all[kept.id] = {"binding :443 a.example", "binding :8443 a.example"};
  const auto refused = remove(kept.id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_EQ(refused.error().what,
            "the certificate \"www\" is used by binding :443 a.example, binding :8443 a.example: "
            "point them to another one first");
  EXPECT_TRUE(identity_of(kept.id));
}

TEST_F(CertificateStoreTest, a_removed_certificate_leaves_nothing_but_its_history) {
  const auto content = identity({"a.example"});
  const Record removed = put("www", content);
  store().mark_served(removed.id, kNow);
  ASSERT_TRUE(run(store().write_served_times(soon())));
  ASSERT_TRUE(remove(removed.id));
  EXPECT_EQ(identity_of(removed.id).error().kind, ErrorKind::not_found);
  EXPECT_EQ(remove(removed.id).error().kind, ErrorKind::not_found);
  std::vector<std::string> left;
  for (const auto& entry : everything()) left.push_back(entry.key);
  EXPECT_THAT(left, ElementsAre(keys::history(removed.id, 1), keys::history(removed.id, 2),
                                keys::kSchema, keys::kSealing));
  const auto past = history(removed.id);
  EXPECT_EQ(past.back().event, Event::removed);
  EXPECT_EQ(past.back().before->chain, content.chain);
  EXPECT_EQ(put("www", content).name.text(), "www");
}

TEST_F(CertificateStoreTest, F3_a_list_to_pick_from_is_filtered) {
  const Ca ca;
  put("server", identity({"a.example"}, {-1, 10}));
  put("client", identity({"b.example"}, {-1, 90}, crypto::Purpose::client));
  put({.content = ca.root, .name = RecordName::parse("root").value(), .origin = Origin::local_ca});
  put({.content = identity({"c.example"}),
       .name = RecordName::parse("theirs").value(),
       .owner = Owner::parse("user:ops").value()});
  EXPECT_THAT(names(), ElementsAre("client", "root", "server", "theirs"));
  EXPECT_THAT(names({.shelf = Shelf::anchors}), ElementsAre("root"));
  EXPECT_THAT(names({.owner = Owner::parse("user:ops").value()}), ElementsAre("theirs"));
  EXPECT_THAT(names({.origin = Origin::local_ca}), ElementsAre("root"));
  EXPECT_THAT(names({.shelf = Shelf::identities, .role = Role::client}), ElementsAre("client"));
  EXPECT_THAT(names({.ends_before = kNow + std::chrono::days(20)}), ElementsAre("server"));
}

TEST_F(CertificateStoreTest, a_list_comes_in_pages_with_every_record_once) {
  std::vector<RecordId> all;
  for (int i = 0; i < 25; ++i) all.push_back(put({.content = identity({"a.example"})}).id);
  for (const auto& id : all) store().mark_served(id, kNow);
  ASSERT_TRUE(run(store().write_served_times(soon())));
  std::vector<RecordId> listed;
  std::string after;
  do {
    auto page = must(run(store().reader().list({}, after, 4, soon())));
    for (const auto& one : page.records) {
      listed.push_back(one.id);
      EXPECT_EQ(one.last_served, std::chrono::floor<std::chrono::seconds>(kNow));
    }
    after = page.next;
  } while (!after.empty());
  std::ranges::sort(all);
  EXPECT_EQ(listed, all);
}

TEST_F(CertificateStoreTest, summaries_hold_names_end_and_thumbprint) {
  const Record a = put("a", identity({"a.example", "b.example"}));
  const auto page = must(run(store().reader().summaries(Shelf::identities, "", soon())));
  EXPECT_THAT(page.summaries, ElementsAre(summary_of(a)));
  EXPECT_TRUE(page.next.empty());
  EXPECT_THAT(must(run(store().reader().summaries(Shelf::anchors, "", soon()))).summaries,
              IsEmpty());
}

TEST_F(CertificateStoreTest, what_has_no_key_gives_none) {
  const Record root = put({.content = Ca().root});
  const auto none = identity_of(root.id);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_THAT(none.error().what, HasSubstr("without a key"));
}

TEST_F(CertificateStoreTest, a_sealed_key_that_was_exchanged_for_another_is_refused) {
  const Record a = put("a", identity({"a.example"}));
  const Record b = put("b", identity({"b.example"}));
  const auto of_b = must(run(memory.get(keys::sealed_key(b.id), soon())));
  must(run(memory.commit({{}, {kv::Put{keys::sealed_key(a.id), of_b->value}}}, soon())));
  const auto refused = identity_of(a.id);
  ASSERT_FALSE(refused);
  // It is newer than the record, too, as if a replacement had come between the reads.
  must(run(memory.commit(
      {{}, {kv::Put{keys::record(a.id), must(run(memory.get(keys::record(a.id), soon())))->value}}},
      soon())));
  const auto still = identity_of(a.id);
  ASSERT_FALSE(still);
  EXPECT_EQ(still.error().kind, ErrorKind::invalid);
  EXPECT_THAT(still.error().what, HasSubstr("is the key of another one"));
}

TEST_F(CertificateStoreTest, a_chain_that_is_too_large_is_refused) {
  auto content = identity({"a.example"});
  const auto spare = Ca().intermediate;
  while (content.chain.size() * spare.der().size() < (std::size_t{300} << 10)) {
    content.chain.push_back(spare);
  }
  EXPECT_THAT(try_put({.content = content}).error().what, HasSubstr("and the store takes"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(CertificateStoreTest, who_and_why_are_bounded_text) {
  const auto refused = run(
      store().put({.content = identity({"a.example"})}, {"ops", std::string(1001, 'a')}, soon()));
  EXPECT_FALSE(refused);
  EXPECT_FALSE(run(store().put({.content = identity({"a.example"})}, {"o\nps", ""}, soon())));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(CertificateStoreTest, changes_at_once_are_made_one_after_the_other) {
  const Record www = put("www", identity({"a.example"}));
  std::vector<Result<Record>> done;
  io::Scope scope(reactor);
  for (int i = 0; i < 20; ++i) {
    scope.spawn(add_and_replace(store(), www.id, soon(), done));
  }
  while (scope.running() != 0) reactor.run_once(std::chrono::seconds(1));
  EXPECT_THAT(done, SizeIs(40));
  for (const auto& one : done) EXPECT_TRUE(one) << one.error().what;
  EXPECT_THAT(names(), SizeIs(21));
  EXPECT_THAT(history(www.id), SizeIs(21));
}

}  // namespace
}  // namespace gatehouse::certs
