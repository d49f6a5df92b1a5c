#include "kv/store_thread.h"

#include <thread>

#include <gmock/gmock.h>

#include "kv/testing/harness.h"
#include "kv/testing/scripted_engine.h"

namespace gatehouse::kv::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

using Got = Result<std::optional<Entry>>;

class Thread : public ::testing::Test {
 protected:
  void settle() {
    while (reactor.run_once(0ms)) {
    }
  }
  void run_to_end() {
    while (scope.running() != 0) reactor.run_once(10s);
  }
  io::Deadline soon() { return reactor.in(1min); }
  Transaction putting(std::string key) { return {{}, {Put{std::move(key), {1}}}}; }

  Script script;
  SharedFakeClock clock;
  io::Reactor reactor{clock};
  std::unique_ptr<StoreThread> thread =
      *StoreThread::start(std::make_unique<ScriptedEngine>(script), clock);
  std::unique_ptr<Store> store = thread->store(reactor);
  io::Scope scope{reactor};
};

TEST_F(Thread, lets_a_call_that_did_not_begin_by_its_deadline_be_undone) {
  script.hold();
  std::optional<Got> first;
  std::optional<Result<Outcome>> second;
  scope.spawn(detail::keep(store->get("a", soon()), first));
  script.await_arrival();
  scope.spawn(detail::keep(store->commit(putting("a"), reactor.in(1s)), second));
  clock.advance(2s);
  while (!second) reactor.run_once(1s);
  ASSERT_FALSE(second->has_value());
  EXPECT_EQ(second->error().kind, ErrorKind::timed_out);
  EXPECT_TRUE(second->error().retry);
  EXPECT_THAT(second->error().what, HasSubstr("nothing was changed"));
  script.let_go();
  run_to_end();
  EXPECT_FALSE(run(reactor, store->get("a", soon()))->has_value());
}

TEST_F(Thread, says_of_a_call_that_began_that_its_end_is_not_known) {
  script.hold();
  std::optional<Got> answer;
  scope.spawn(detail::keep(store->get("a", reactor.in(1s)), answer));
  script.await_arrival();
  clock.advance(2s);
  run_to_end();
  EXPECT_THAT(answer->error().what, HasSubstr("is not known"));
  script.let_go();
}

TEST_F(Thread, ends_the_calls_of_a_cancelled_scope) {
  script.hold();
  std::optional<Got> first;
  std::optional<Result<Outcome>> second;
  scope.spawn(detail::keep(store->get("a", soon()), first));
  script.await_arrival();
  scope.spawn(detail::keep(store->commit(putting("a"), soon()), second));
  scope.cancel();
  run_to_end();
  EXPECT_THAT(first->error().what, HasSubstr("is not known"));
  EXPECT_THAT(second->error().what, HasSubstr("nothing was changed"));
  script.let_go();
}

TEST_F(Thread, waits_for_the_call_under_way_when_a_store_goes) {
  script.hold();
  std::optional<Got> answer;
  scope.spawn(detail::keep(store->get("a", soon()), answer));
  script.await_arrival();
  scope.cancel();
  run_to_end();
  std::thread later([&] { script.let_go(); });
  store.reset();
  later.join();
  settle();  // an answer that comes now finds nobody, and harms nobody
}

TEST_F(Thread, drops_what_waits_when_its_store_goes_and_serves_the_others) {
  script.hold();
  auto other = thread->store(reactor);
  std::optional<Got> first;
  scope.spawn(detail::keep(other->get("a", soon()), first));
  script.await_arrival();
  std::optional<Result<Outcome>> dropped;
  io::Scope given_up(reactor);
  given_up.spawn(detail::keep(store->commit(putting("b"), soon()), dropped));
  given_up.cancel();
  while (given_up.running() != 0) reactor.run_once(10s);
  store.reset();
  script.let_go();
  run_to_end();
  EXPECT_TRUE(first->has_value());
  EXPECT_FALSE(run(reactor, other->get("b", soon()))->has_value());
}

TEST_F(Thread, refuses_more_waiting_calls_than_its_bound) {
  script.hold();
  std::optional<Got> first;
  scope.spawn(detail::keep(store->get("a", soon()), first));
  script.await_arrival();
  std::vector<std::optional<Result<Ok>>> waiting(StoreThread::kMostWaiting + 1);
  for (auto& answer : waiting) {
    scope.spawn(detail::keep(store->keep_alive(Lease{1}, soon()), answer));
  }
  ASSERT_TRUE(waiting.back().has_value());
  EXPECT_THAT(waiting.back()->error().what, HasSubstr("try again later"));
  EXPECT_TRUE(waiting.back()->error().retry);
  script.let_go();
  run_to_end();
  EXPECT_EQ((*waiting.front()).error().kind, ErrorKind::not_found);
}

TEST_F(Thread, answers_each_reactor_on_its_own_thread) {
  const auto serve = [&] {
    io::Reactor own(clock);
    const auto mine = thread->store(own);
    for (int i = 0; i < 50; ++i) {
      const auto deadline = own.in(1min);
      EXPECT_TRUE(run(own, mine->commit(putting("a"), deadline)).has_value());
      EXPECT_TRUE(run(own, mine->get("a", deadline))->has_value());
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(serve);
  for (auto& each : threads) each.join();
}

TEST_F(Thread, tells_watchers_of_every_reactor) {
  const auto since = run(reactor, store->list({}, soon()))->revision;
  const auto follow = [&] {
    io::Reactor own(clock);
    const auto mine = thread->store(own);
    const auto watch = std::move(*run(own, mine->watch("", since, own.in(1min))));
    std::size_t heard = 0;
    while (heard < 20) {
      heard += std::get<Changes>(*run(own, watch->next(own.in(1min)))).size();
    }
    EXPECT_EQ(heard, 20U);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back(follow);
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(run(reactor, store->commit(putting("a"), soon())).has_value());
  for (auto& each : threads) each.join();
}

TEST_F(Thread, a_watcher_may_go_while_changes_are_on_their_way) {
  const auto since = run(reactor, store->list({}, soon()))->revision;
  for (int i = 0; i < 50; ++i) {
    auto watch = std::move(*run(reactor, store->watch("", since, soon())));
    std::optional<Result<Outcome>> outcome;
    scope.spawn(detail::keep(store->commit(putting("a"), soon()), outcome));
    watch.reset();
    run_to_end();
  }
}

TEST_F(Thread, tidies_up_when_nobody_waits) {
  script.untidy = true;
  EXPECT_TRUE(run(reactor, store->commit(putting("a"), soon())).has_value());
  script.await_tidied();
}

TEST_F(Thread, tidies_up_at_its_end) {
  (void)run(reactor, store->get("a", soon()));
  script.untidy = true;
  store.reset();
  thread.reset();
  EXPECT_FALSE(script.untidy);
}

}  // namespace
}  // namespace gatehouse::kv::testing
