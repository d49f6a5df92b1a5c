#include "kv/ledger.h"

#include <gmock/gmock.h>

#include "kv/memory_store.h"
#include "kv/testing/harness.h"
#include "kv/testing/scripted_engine.h"

namespace gatehouse::kv::testing {
namespace {

using namespace std::chrono_literals;

class Ledgers : public ::testing::Test {
 protected:
  bool put(std::string key, Lease lease) {
    return ledger->commit({{}, {Put{std::move(key), {}, lease}}}).has_value();
  }
  bool is_there(const std::string& key) { return ledger->get(key)->has_value(); }

  Script script;
  FakeClock clock;
  std::unique_ptr<Ledger> ledger = *Ledger::make(std::make_unique<ScriptedEngine>(script), clock);
};

TEST_F(Ledgers, know_when_the_next_lease_ends) {
  EXPECT_EQ(ledger->next_due(), std::nullopt);
  const Lease longer = *ledger->grant(20s);
  const Lease shorter = *ledger->grant(10s);
  EXPECT_EQ(ledger->next_due(), clock.steady() + 10s);
  EXPECT_TRUE(ledger->revoke(shorter).has_value());
  EXPECT_EQ(ledger->next_due(), clock.steady() + 20s);
  clock.advance(5s);
  EXPECT_TRUE(ledger->keep_alive(longer).has_value());
  EXPECT_EQ(ledger->next_due(), clock.steady() + 20s);
}

TEST_F(Ledgers, end_leases_without_a_call) {
  const Lease lease = *ledger->grant(10s);
  EXPECT_TRUE(put("a", lease));
  clock.advance(10s);
  ledger->end_due_leases();
  EXPECT_FALSE(ledger->engine().get("a")->has_value());
  EXPECT_EQ(ledger->next_due(), std::nullopt);
}

TEST_F(Ledgers, keep_the_keys_of_an_end_that_cannot_be_written_until_it_can) {
  const Lease lease = *ledger->grant(10s);
  EXPECT_TRUE(put("a", lease));
  script.ends_fail = true;
  clock.advance(10s);
  EXPECT_TRUE(is_there("a"));
  EXPECT_EQ(ledger->keep_alive(lease).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(put("b", lease));
  EXPECT_EQ(ledger->next_due(), clock.steady() + 1s);  // not at once: a full disk stays full
  script.ends_fail = false;
  EXPECT_TRUE(is_there("a"));
  clock.advance(1s);
  EXPECT_FALSE(is_there("a"));
}

TEST_F(Ledgers, keep_a_lease_whose_revocation_cannot_be_written) {
  const Lease lease = *ledger->grant(10s);
  script.ends_fail = true;
  EXPECT_FALSE(ledger->revoke(lease).has_value());
  EXPECT_TRUE(ledger->keep_alive(lease).has_value());
}

TEST_F(Ledgers, give_the_leases_of_a_store_their_whole_duration_at_the_start) {
  auto engine = std::make_unique<MemoryEngine>();
  const Lease lease = *engine->grant(10s);
  const auto other = *Ledger::make(std::move(engine), clock);
  EXPECT_EQ(other->next_due(), clock.steady() + 10s);
  EXPECT_TRUE(other->keep_alive(lease).has_value());
}

TEST(MemoryStores, end_leases_by_the_reactors_time_alone) {
  FakeClock clock;
  io::Reactor reactor(clock);
  MemoryStore store(reactor);
  const auto deadline = reactor.in(1h);
  const Lease lease = *run(reactor, store.grant(10s, deadline));
  ASSERT_TRUE(run(reactor, store.commit({{}, {Put{"a", {}, lease}}}, deadline)).has_value());
  const auto watch = std::move(*run(reactor, store.watch("", 2, deadline)));
  std::optional<Result<Heard>> heard;
  io::Scope scope(reactor);
  scope.spawn(detail::keep(watch->next(deadline), heard));
  clock.advance(11s);
  while (scope.running() != 0) reactor.run_once(0s);
  EXPECT_EQ(std::get<Changes>(**heard).size(), 1U);
}

TEST(Feed, forgets_watchers_that_have_gone) {
  FakeClock clock;
  io::Reactor reactor(clock);
  ChangeFeed feed(1);
  const auto buffer = std::make_shared<WatchBuffer>(reactor, "");
  feed.join(buffer, 1);
  feed.tell({{"a", Bytes{}, 2, Lease::none}}, 2);
  EXPECT_EQ(feed.watchers(), 1U);
  buffer->close();
  feed.tell({{"a", Bytes{}, 3, Lease::none}}, 3);
  EXPECT_EQ(feed.watchers(), 0U);
}

}  // namespace
}  // namespace gatehouse::kv::testing
