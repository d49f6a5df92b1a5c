// Two programs, one of which takes over from the other: one of them writes, both read.

#include <sys/stat.h>

#include <gmock/gmock.h>

#include "base/testing/child.h"
#include "kv/ledger.h"
#include "kv/memory_store.h"
#include "kv/sqlite/testing/store_folder.h"
#include "kv/store_thread.h"
#include "kv/testing/harness.h"

namespace gatehouse::kv::testing {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

Transaction putting(std::string_view key, std::string_view value) {
  return {{}, {Put{std::string(key), {value.begin(), value.end()}}}};
}

std::string text_at(Engine& engine, std::string_view key) {
  const auto entry = engine.get(key);
  if (!entry || !*entry) return "";
  return {(*entry)->value.begin(), (*entry)->value.end()};
}

class StandingBack : public ::testing::Test {
 protected:
  StandingBack() { EXPECT_TRUE(before->commit(putting("a", "of the first")).has_value()); }

  StoreFolder folder;
  std::unique_ptr<SqliteEngine> before = folder.open();
};

TEST_F(StandingBack, lets_another_program_write_and_reads_on) {
  before->stand_back();
  const auto after = folder.open();
  ASSERT_NE(after, nullptr);
  EXPECT_TRUE(after->commit(putting("a", "of the second")).has_value());
  EXPECT_EQ(text_at(*before, "a"), "of the second");
}

TEST_F(StandingBack, refuses_every_change_for_now) {
  const auto lease = before->grant(10s);
  before->stand_back();
  const auto refused = before->commit(putting("b", "lost"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(refused.error().retry);
  EXPECT_THAT(refused.error().what, HasSubstr("nothing was changed"));
  EXPECT_FALSE(before->grant(10s).has_value());
  EXPECT_FALSE(before->end(*lease).has_value());
  EXPECT_FALSE(before->untidy());
  EXPECT_EQ(text_at(*before, "b"), "");
}

TEST_F(StandingBack, ends_only_when_the_other_does) {
  before->stand_back();
  auto after = folder.open();
  const auto back = before->come_back();
  ASSERT_FALSE(back.has_value());
  EXPECT_EQ(back.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(after->commit(putting("a", "of the second")).has_value());
  after.reset();
  EXPECT_TRUE(before->come_back().has_value());
  EXPECT_TRUE(before->commit({{Condition::at("a", 2)}, {Erase{"a"}}}).has_value());
  EXPECT_EQ(before->revision(), 3);
  EXPECT_FALSE(folder.try_open().has_value());
}

TEST_F(StandingBack, leaves_nothing_else_behind_when_it_ends_first) {
  before->stand_back();
  const auto after = folder.open();
  before.reset();
  EXPECT_TRUE(after->commit(putting("b", "of the second")).has_value());
  EXPECT_EQ(text_at(*after, "a"), "of the first");
}

TEST_F(StandingBack, makes_watchers_list_again_if_something_was_changed_meanwhile) {
  const SharedFakeClock clock;
  io::Reactor reactor(clock);
  const auto thread = std::move(*StoreThread::start(std::move(before), clock));
  const auto store = thread->store(reactor);
  const auto soon = reactor.in(1min);
  const auto watch = std::move(*run(reactor, store->watch("", 2, soon)));
  thread->stand_back();
  EXPECT_TRUE(thread->come_back().has_value());
  EXPECT_TRUE(run(reactor, store->commit(putting("b", "told"), soon)).has_value());
  EXPECT_EQ(std::get<Changes>(*run(reactor, watch->next(soon))).size(), 1U);
  thread->stand_back();
  EXPECT_TRUE(folder.open()->commit(putting("c", "untold")).has_value());
  EXPECT_TRUE(thread->come_back().has_value());
  EXPECT_TRUE(std::holds_alternative<ListAgain>(*run(reactor, watch->next(soon))));
}

TEST_F(StandingBack, gives_the_leases_that_the_other_granted_their_time) {
  const SharedFakeClock clock;
  auto ledger = std::move(*Ledger::make(std::move(before), clock));
  ledger->stand_back();
  {
    const auto after = folder.open();
    const Lease lease = *after->grant(10s);
    Transaction leased = putting("b", "leased");
    std::get<Put>(leased.writes.front()).lease = lease;
    EXPECT_TRUE(after->commit(leased).has_value());
  }
  EXPECT_TRUE(ledger->come_back().has_value());
  EXPECT_EQ(ledger->next_due(), clock.steady() + 10s);
}

Error why() { return {Fault::machine, false, "the disk is full", ErrorKind::failed}; }

class ReadingAlone : public StandingBack {
 protected:
  std::unique_ptr<SqliteEngine> reader() const {
    auto opened = SqliteEngine::open_to_read(folder.file(), why());
    EXPECT_TRUE(opened.has_value()) << opened.error().what;
    return opened ? std::move(*opened) : nullptr;
  }
};

TEST_F(ReadingAlone, sees_what_another_program_writes) {
  const auto engine = reader();
  EXPECT_EQ(text_at(*engine, "a"), "of the first");
  EXPECT_TRUE(before->commit(putting("a", "again")).has_value());
  EXPECT_EQ(text_at(*engine, "a"), "again");
}

TEST_F(ReadingAlone, refuses_every_change_with_the_reason) {
  before.reset();
  const auto engine = reader();
  EXPECT_EQ(engine->commit(putting("b", "lost")).error().what, "the disk is full");
  EXPECT_EQ(engine->grant(10s).error().what, "the disk is full");
  EXPECT_EQ(engine->come_back().error().what, "the disk is full");
  EXPECT_EQ(text_at(*engine, "b"), "");
}

TEST_F(ReadingAlone, needs_no_right_to_write_to_the_folder) {
  const gatehouse::testing::TemporaryFolder shared;
  ASSERT_EQ(chmod(shared.path().c_str(), 0777), 0);
  const int found = gatehouse::testing::in_unprivileged_child([&] {
    const auto own = shared.path() / "store";
    std::filesystem::create_directory(own);
    std::filesystem::permissions(own, std::filesystem::perms::owner_all);
    SqliteEngine::open(own / "state.db").value()->commit(putting("a", "kept")).value();
    std::filesystem::permissions(own, std::filesystem::perms{0500});
    const auto engine = SqliteEngine::open_to_read(own / "state.db", why());
    const bool read = engine.has_value() && text_at(**engine, "a") == "kept";
    const bool written = SqliteEngine::open(own / "state.db").has_value();
    std::filesystem::permissions(own, std::filesystem::perms::owner_all);
    return read && !written ? 0 : 1;
  });
  EXPECT_EQ(found, 0);
}

TEST_F(ReadingAlone, leaves_the_file_as_it_was) {
  before.reset();
  const std::string then = gatehouse::testing::content_of(folder.file());
  reader().reset();
  EXPECT_EQ(gatehouse::testing::content_of(folder.file()), then);
}

TEST_F(ReadingAlone, refuses_a_store_that_is_not_there_or_is_none) {
  EXPECT_FALSE(SqliteEngine::open_to_read(folder.path() / "other.db", why()).has_value());
  gatehouse::testing::put(folder.path() / "none.db", std::string(8192, 'x'));
  ASSERT_EQ(chmod((folder.path() / "none.db").c_str(), 0600), 0);
  EXPECT_FALSE(SqliteEngine::open_to_read(folder.path() / "none.db", why()).has_value());
}

TEST_F(ReadingAlone, takes_a_path_with_signs_of_its_own_meaning_in_a_uri) {
  const auto odd = folder.path() / "a?b#c%41.db";
  SqliteEngine::open(odd).value()->commit(putting("a", "odd")).value();
  const auto engine = SqliteEngine::open_to_read(odd, why());
  ASSERT_TRUE(engine.has_value()) << engine.error().what;
  EXPECT_EQ(text_at(**engine, "a"), "odd");
}

}  // namespace
}  // namespace gatehouse::kv::testing
