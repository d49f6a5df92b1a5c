#include "certs/store/together.h"

#include <gmock/gmock.h>

#include "certs/store/testing/faulty_store.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;
using testing::identity;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TogetherTest : public testing::StoreFixture {
 protected:
  Result<std::vector<Record>> change(Together all) {
    return run(store().change(std::move(all), {"tester", "to try"}, soon()));
  }
  static Together::Addition addition(std::string_view name, const crypto::Identity& content) {
    return {RecordId::random(), {.content = content, .name = RecordName::parse(name).value()}};
  }
  static kv::Put own_entry() { return {"certs/authority/plant", Bytes{1}}; }
  bool own_entry_is_there() { return run(memory.get(own_entry().key, soon())).value().has_value(); }
};

TEST_F(TogetherTest, several_changes_are_one) {
  const Record old = put("old", identity({"old.example"}));
  const Record gone = put("gone", identity({"gone.example"}));
  const auto next = identity({"next.example"});
  Together all;
  all.add.push_back(addition("new", identity({"new.example"})));
  all.replace.push_back({old.id, next});
  all.remove.push_back(gone.id);
  all.writes.emplace_back(own_entry());
  const RecordId added = all.add.front().id;
  const auto before = run(memory.list({}, soon())).value().revision;
  const auto records = must(change(std::move(all)));
  EXPECT_EQ(run(memory.list({}, soon())).value().revision, before + 1);

  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].id, added);
  EXPECT_EQ(records[1].id, old.id);
  EXPECT_EQ(record(added).name.text(), "new");
  EXPECT_EQ(must(run(store().identity(old.id, soon()))).leaf(), next.leaf());
  EXPECT_FALSE(run(store().reader().get(gone.id, soon())));
  EXPECT_THAT(history(gone.id), SizeIs(2));
  EXPECT_TRUE(own_entry_is_there());
}

TEST_F(TogetherTest, a_name_that_is_taken_stops_all_of_it) {
  put("taken", identity({"a.example"}));
  Together all;
  all.add.push_back(addition("free", identity({"b.example"})));
  all.add.push_back(addition("taken", identity({"c.example"})));
  all.writes.emplace_back(own_entry());
  const auto refused = change(std::move(all));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().what, HasSubstr("\"taken\""));
  EXPECT_FALSE(own_entry_is_there());
  EXPECT_THAT(must(run(store().reader().list({}, "", 1000, soon()))).records, SizeIs(1));
}

TEST_F(TogetherTest, a_condition_of_the_caller_that_does_not_hold_stops_all_of_it) {
  Together all;
  all.add.push_back(addition("new", identity({"b.example"})));
  all.conditions.push_back(kv::Condition::exists(own_entry().key));
  const auto refused = change(std::move(all));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(refused.error().retry);
  EXPECT_THAT(must(run(store().reader().list({}, "", 1000, soon()))).records, IsEmpty());
}

TEST_F(TogetherTest, who_uses_a_record_may_remove_it_so) {
  const Record used = put("used", identity({"a.example"}));
  usage.all[used.id] = {"the CA plant"};
  EXPECT_FALSE(run(store().remove(used.id, {"tester", "to try"}, soon())));
  Together all;
  all.remove.push_back(used.id);
  EXPECT_TRUE(change(std::move(all)));
}

TEST_F(TogetherTest, what_does_not_belong_in_the_store_stops_all_of_it) {
  auto mixed = identity({"a.example"});
  mixed.key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  Together all;
  all.add.push_back(addition("mixed", mixed));
  EXPECT_EQ(change(std::move(all)).error().kind, ErrorKind::invalid);
  Together nobody;
  nobody.remove.push_back(RecordId::random());
  EXPECT_EQ(change(std::move(nobody)).error().kind, ErrorKind::not_found);
  Together again;
  again.add.push_back(addition("one", identity({"c.example"})));
  again.add.push_back(again.add.front());
  again.add.back().id = RecordId::random();
  EXPECT_FALSE(change(std::move(again))) << "the same certificate twice";
}

TEST_F(TogetherTest, a_reason_that_cannot_be_kept_is_refused) {
  EXPECT_FALSE(run(store().change({}, {"tester\n", ""}, soon())));
}

}  // namespace
}  // namespace gatehouse::certs
