#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/store_keys.h"
#include "certs/store/testing/faulty_store.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using testing::FaultyStore;
using ::testing::HasSubstr;
using testing::identity;
using testing::kNow;

// What can be done to a store, one after the other, each of it one change.
class StoreUnderFaults : public testing::StoreFixture {
 protected:
  static constexpr std::size_t kChanges = 6;

  // The n-th change (from 1) on the faulty store.
  Result<Ok> change(std::size_t number, CertificateStore& on) {
    const Cause cause{"tester", "to try"};
    switch (number) {
      case 1: return done(on.put({.content = first, .name = name("www")}, cause, soon()));
      case 2: return done(on.put({.content = root}, cause, soon()));
      case 3: return done(on.replace(www(), second, cause, soon()));
      case 4: return done(on.rename(www(), name("files"), cause, soon()));
      case 5: on.mark_served(www(), kNow); return run(on.write_served_times(soon()));
      default: return run(on.remove(www(), cause, soon()));
    }
  }
  Result<Ok> done(io::Task<Result<Record>> task) {
    auto result = run(std::move(task));
    if (!result) return pass_on(result);
    return Ok{};
  }
  static RecordName name(std::string_view text) { return RecordName::parse(text).value(); }
  RecordId www() {
    const auto page =
        must(run(RecordReader(memory).list({.shelf = Shelf::identities}, "", 1000, soon())));
    return page.records.at(0).id;
  }
  std::unique_ptr<CertificateStore> open(kv::Store& on) {
    return must(run(CertificateStore::open(on, reactor, master, usage, soon(), testing::kCheap)));
  }
  // Every entry that belongs to a record is there and fits, and nothing else is.
  void expect_whole() {
    auto opened = open(memory);
    std::size_t index = 0;
    std::size_t sealed = 0;
    for (const auto& entry : everything()) {
      index +=
          entry.key.starts_with("certs/by-") || entry.key.starts_with("certs/summary/") ? 1 : 0;
      sealed += entry.key.starts_with("certs/key/") ? 1 : 0;
    }
    const auto page = must(run(opened->reader().list({}, "", 1000, soon())));
    std::size_t identities = 0;
    for (const auto& one : page.records) {
      if (one.shelf == Shelf::identities) {
        ++identities;
        const auto whole = run(opened->identity(one.id, soon()));
        ASSERT_TRUE(whole) << whole.error().what;
        EXPECT_EQ(whole->chain, one.chain);
      }
      for (const std::string& selector :
           {"name:" + one.name.text(), crypto::hex(one.sha1), crypto::hex(one.sha256),
            "CN=" + one.leaf().common_name()}) {
        const auto found = run(opened->find(
            {.selector = Selector::parse(selector).value(), .shelf = one.shelf}, soon()));
        ASSERT_TRUE(found) << found.error().what;
        EXPECT_TRUE(std::ranges::any_of(found->candidates, [&](const Candidate& candidate) {
          return candidate.record.id == one.id;
        })) << selector;
      }
    }
    EXPECT_EQ(sealed, identities);
    EXPECT_EQ(index, 5 * page.records.size());  // summary, name, two digests, a common name
  }

  const crypto::Identity first = identity({"first.example"});
  const crypto::Identity second = identity({"second.example"});
  const crypto::Certificate root = crypto::testing::Ca().root;
  FaultyStore faulty{memory};
};

TEST_F(StoreUnderFaults, each_change_that_fails_leaves_what_was_before_and_works_when_done_again) {
  const auto under_test = open(faulty);
  for (std::size_t number = 1; number <= kChanges; ++number) {
    faulty.fail_at(1, FaultyStore::When::before);
    const auto before = everything();
    const auto failed = change(number, *under_test);
    ASSERT_FALSE(failed) << number;
    EXPECT_EQ(faulty.commits(), 1U) << number << ": a change is one transaction";
    EXPECT_EQ(everything(), before) << number;
    expect_whole();
    faulty.fail_at(0, FaultyStore::When::before);
    const auto again = change(number, *under_test);
    ASSERT_TRUE(again) << number << ": " << again.error().what;
    EXPECT_NE(everything(), before) << number;
    expect_whole();
  }
}

TEST_F(StoreUnderFaults, each_change_whose_answer_is_lost_is_there_as_a_whole) {
  const auto under_test = open(faulty);
  for (std::size_t number = 1; number <= kChanges; ++number) {
    faulty.fail_at(1, FaultyStore::When::after);
    const auto before = everything();
    ASSERT_FALSE(change(number, *under_test)) << number;
    EXPECT_NE(everything(), before) << number;
    expect_whole();
  }
}

TEST_F(StoreUnderFaults, a_new_store_that_is_cut_off_is_made_by_the_next_start) {
  faulty.fail_at(1, FaultyStore::When::before);
  const auto cut_off =
      run(CertificateStore::open(faulty, reactor, master, usage, soon(), testing::kCheap));
  ASSERT_FALSE(cut_off);
  EXPECT_TRUE(everything().empty());
  EXPECT_EQ(master.made, 1);
  const auto opened = open(memory);
  EXPECT_EQ(master.made, 1) << "the secret that was made before the cut is used";
  EXPECT_TRUE(change(1, *opened));
  expect_whole();
}

TEST_F(StoreUnderFaults, somebody_elses_change_between_reading_and_writing_is_not_lost) {
  const auto under_test = open(faulty);
  const auto other = open(memory);
  ASSERT_TRUE(change(1, *under_test));
  const RecordId id = www();
  faulty.before_commit = [&] {
    ASSERT_TRUE(run(other->rename(id, name("meanwhile"), {"other", "first"}, soon())));
  };
  ASSERT_TRUE(change(3, *under_test));
  EXPECT_EQ(record(id).name.text(), "meanwhile");
  EXPECT_EQ(record(id).chain, second.chain);
  EXPECT_EQ(history(id).size(), 3U);
  expect_whole();
}

TEST_F(StoreUnderFaults, somebody_else_takes_the_name_between_reading_and_writing) {
  const auto under_test = open(faulty);
  const auto other = open(memory);
  faulty.before_commit = [&] {
    must(run(other->put({.content = second, .name = name("www")}, {"other", "first"}, soon())));
  };
  const auto refused = change(1, *under_test);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  faulty.before_commit = [&] {
    must(run(other->put({.content = identity({"first.example"})}, {"other", "first"}, soon())));
  };
  const auto numbered = run(under_test->put({.content = first}, {"a", "b"}, soon()));
  ASSERT_TRUE(numbered) << numbered.error().what;
  EXPECT_EQ(numbered->name.text(), "first.example (2)");
  expect_whole();
}

TEST_F(StoreUnderFaults, two_that_make_a_new_store_at_once_have_one_data_key) {
  faulty.before_commit = [&] { put("theirs", first); };
  const auto opened = open(faulty);
  EXPECT_TRUE(run(opened->identity(www(), soon())));
}

TEST_F(StoreUnderFaults, M7_another_master_secret_opens_nothing_and_changes_nothing) {
  put("www", first);
  reopen();
  const auto before = everything();
  master.secret = testing::master_key('x');
  const auto wrong = try_open();
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::not_permitted);
  EXPECT_EQ(wrong.error().what,
            "the master key does not open the keys of the store: give the one with which they were "
            "sealed; nothing was changed (the master key of the test)");
  master.secret = testing::passphrase("a passphrase");
  EXPECT_THAT(try_open().error().what, HasSubstr("are sealed with a master key"));
  master.secret.reset();
  const auto missing = try_open();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_THAT(missing.error().what, HasSubstr("the master key of the test is not there"));
  EXPECT_EQ(master.made, 1) << "no other one was made";
  EXPECT_EQ(everything(), before);
}

TEST_F(StoreUnderFaults, M7_a_changed_master_secret_reseals_the_data_key_alone) {
  const Record www = put("www", first);
  const auto before = everything();
  ASSERT_TRUE(
      run(store().change_master(testing::passphrase("correct horse"), soon(), testing::kCheap)));
  const auto after = everything();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i] == before[i], after[i].key != keys::kSealing) << after[i].key;
  }
  EXPECT_TRUE(run(store().identity(www.id, soon())));
  reopen();
  EXPECT_EQ(try_open().error().kind, ErrorKind::not_permitted);
  master.secret = testing::passphrase("correct horse");
  EXPECT_TRUE(run(store().identity(www.id, soon())));
}

TEST_F(StoreUnderFaults, a_store_of_a_newer_gatehouse_is_left_alone) {
  put("www", first);
  reopen();
  must(run(memory.commit({{}, {kv::Put{std::string(keys::kSchema), {'2'}}}}, soon())));
  const auto before = everything();
  const auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_THAT(refused.error().what, HasSubstr("has the layout 2 of a newer gatehouse"));
  EXPECT_EQ(everything(), before);
}

TEST_F(StoreUnderFaults, a_damaged_entry_is_named) {
  const Record www = put("www", first);
  for (const auto& entry : everything()) {
    if (entry.key.starts_with("certs/by-sha1/") || entry.key.starts_with("certs/by-common-name/")) {
      continue;  // they have no value
    }
    must(run(memory.commit({{}, {kv::Put{entry.key, {0xff}}}}, soon())));
    reopen();
    const auto opened = try_open();
    const bool opens = opened.has_value();
    EXPECT_EQ(opens, entry.key != keys::kSchema && entry.key != keys::kSealing) << entry.key;
    if (!opens) {
      EXPECT_THAT(opened.error().what, HasSubstr("damaged"));
    }
    must(run(memory.commit({{}, {kv::Put{entry.key, entry.value}}}, soon())));
  }
  must(run(memory.commit({{}, {kv::Put{keys::record(www.id), {0xff}}}}, soon())));
  const auto damaged = run(store().identity(www.id, soon()));
  EXPECT_THAT(damaged.error().what, HasSubstr("certs/record/" + www.id.text()));
  EXPECT_FALSE(run(store().reader().list({}, "", 10, soon())));
}

}  // namespace
}  // namespace gatehouse::certs
