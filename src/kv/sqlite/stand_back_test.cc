// Two programs, one of which takes over from the other: one of them writes, both read.

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace gatehouse::kv::testing
