#include "certs/binding/credential_cache.h"

#include <gmock/gmock.h>

#include "base/testing.h"
#include "certs/binding/testing/scripted_source.h"
#include "io/testing.h"

namespace gatehouse::certs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using State = CredentialCache::State;
using testing::identity;
using testing::Stored;
using namespace std::chrono_literals;

class Cache : public io::testing::ReactorTest {
 protected:
  ~Cache() override {
    cache->cancel();
    waiting.cancel();
    settle();
  }

  Stored put(const std::string& name) {
    Stored made = testing::stored(identity({name}));
    source.put(made);
    return made;
  }
  static NameCandidate candidate(const Stored& one) {
    return {.id = one.summary.id, .tag = tag_of(one.summary.sha256)};
  }
  State state(const Stored& one, std::string_view name) const {
    return cache->state(candidate(one), ServerName::parse(name).value());
  }
  void load(const Stored& one) {
    waiting.spawn(cache->load(candidate(one)));
    settle();
  }
  void make(CredentialCache::Limits limits) {
    cache = std::make_unique<CredentialCache>(
        reactor, source, events,
        [this](std::vector<RecordId> some) { served.push_back(std::move(some)); }, limits);
  }

  gatehouse::testing::MemoryFile log;
  EventLog events{{.at_least = LogLevel::info, .fd = log.fd()}, clock};
  testing::ScriptedSource source{reactor};
  std::vector<std::vector<RecordId>> served;
  std::unique_ptr<CredentialCache> cache = std::make_unique<CredentialCache>(
      reactor, source, events,
      [this](std::vector<RecordId> some) { served.push_back(std::move(some)); });
  io::Scope waiting{reactor};
};

TEST_F(Cache, loads_a_certificate_once_and_keeps_it) {
  const Stored a = put("a.example");
  EXPECT_EQ(state(a, "a.example"), State::missing);
  load(a);
  EXPECT_EQ(state(a, "a.example"), State::ready);
  EXPECT_NE(cache->serve(candidate(a)), nullptr);
  EXPECT_THAT(source.asked, ElementsAre(a.summary.id));
}

TEST_F(Cache, one_load_serves_all_who_wait) {
  const Stored a = put("a.example");
  source.hold();
  for (int i = 0; i < 100; ++i) load(a);
  EXPECT_EQ(waiting.running(), 100u);
  source.let_go();
  settle();
  EXPECT_EQ(waiting.running(), 0u);
  EXPECT_EQ(state(a, "a.example"), State::ready);
  EXPECT_EQ(source.asked.size(), 1u);
}

TEST_F(Cache, one_who_gives_up_leaves_the_load_to_the_others) {
  const Stored a = put("a.example");
  source.hold();
  io::Scope impatient(reactor);
  impatient.spawn(cache->load(candidate(a)));
  load(a);
  impatient.cancel();
  settle();
  EXPECT_EQ(impatient.running(), 0u);
  EXPECT_EQ(waiting.running(), 1u);
  source.let_go();
  settle();
  EXPECT_EQ(state(a, "a.example"), State::ready);
}

TEST_F(Cache, a_certificate_that_does_not_cover_the_name_is_not_served_for_it) {
  const Stored a = put("a.example");
  load(a);
  EXPECT_EQ(state(a, "b.example"), State::other_name);
}

TEST_F(Cache, a_failure_is_remembered_for_a_while_and_then_tried_again) {
  const Stored a = put("a.example");
  source.fails = true;
  load(a);
  EXPECT_EQ(state(a, "a.example"), State::failed);
  source.fails = false;
  advance(CredentialCache::kTryAgain);
  EXPECT_EQ(state(a, "a.example"), State::missing);
  load(a);
  EXPECT_EQ(state(a, "a.example"), State::ready);
}

TEST_F(Cache, failures_are_told_once_a_minute) {
  source.fails = true;
  load(put("a.example"));
  load(put("b.example"));
  EXPECT_EQ(gatehouse::testing::lines_of(log.text()).size(), 1u);
  EXPECT_THAT(log.text(), HasSubstr("its entry is damaged"));
  advance(1min);
  load(put("c.example"));
  EXPECT_EQ(gatehouse::testing::lines_of(log.text()).size(), 2u);
}

TEST_F(Cache, a_load_that_takes_too_long_is_a_failure) {
  const Stored a = put("a.example");
  source.hold();
  load(a);
  advance(CredentialCache::kLoadTime + 1s);
  EXPECT_EQ(waiting.running(), 0u);
  EXPECT_EQ(state(a, "a.example"), State::failed);
}

TEST_F(Cache, T11_what_a_record_had_before_is_not_served_once_the_index_has_the_new_one) {
  const Stored old = put("a.example");
  load(old);
  const Stored replaced =
      testing::stored(identity({"a.example"}, {.from = -1, .to = 91}), old.summary.id);
  source.put(replaced);
  EXPECT_EQ(state(old, "a.example"), State::ready) << "the index does not know yet";
  EXPECT_EQ(state(replaced, "a.example"), State::missing);
  load(replaced);
  EXPECT_EQ(state(replaced, "a.example"), State::ready);
  EXPECT_EQ(state(old, "a.example"), State::missing);
}

TEST_F(Cache, a_store_that_is_ahead_of_the_index_is_served_and_stays) {
  const Stored old = put("a.example");
  const Stored replaced =
      testing::stored(identity({"a.example"}, {.from = -1, .to = 91}), old.summary.id);
  source.put(replaced);
  load(old);
  EXPECT_EQ(state(old, "a.example"), State::ready);
  EXPECT_EQ(state(replaced, "a.example"), State::ready);
  EXPECT_EQ(source.asked.size(), 1u);
}

TEST_F(Cache, the_one_that_was_not_used_for_longest_gives_way) {
  make({.entries = 2, .bytes = 1'000'000});
  const Stored a = put("a.example");
  const Stored b = put("b.example");
  const Stored c = put("c.example");
  load(a);
  load(b);
  (void)cache->serve(candidate(a));
  load(c);
  EXPECT_EQ(cache->size(), 2u);
  EXPECT_EQ(state(a, "a.example"), State::ready);
  EXPECT_EQ(state(b, "b.example"), State::missing);
  EXPECT_EQ(state(c, "c.example"), State::ready);
}

TEST_F(Cache, its_bytes_are_bounded_but_the_newest_stays) {
  make({.entries = 100, .bytes = 2500});
  for (int i = 0; i < 10; ++i) load(put(fmt::format("n{}.example", i)));
  EXPECT_EQ(cache->size(), 2u);
  EXPECT_EQ(cache->bytes(), 2000u);
  make({.entries = 100, .bytes = 10});
  const Stored a = put("a.example");
  load(a);
  EXPECT_EQ(state(a, "a.example"), State::ready);
}

TEST_F(Cache, tells_once_a_minute_what_was_served) {
  const Stored a = put("a.example");
  load(a);
  for (int i = 0; i < 5; ++i) (void)cache->serve(candidate(a));
  settle();
  EXPECT_THAT(served, IsEmpty());
  advance(1min);
  EXPECT_THAT(served, ElementsAre(ElementsAre(a.summary.id)));
  advance(10min);
  EXPECT_EQ(served.size(), 1u);
  (void)cache->serve(candidate(a));
  cache->cancel();
  settle();
  EXPECT_EQ(served.size(), 2u) << "what was not told is told at the end";
}

TEST_F(Cache, cancelled_it_asks_nobody_and_keeps_nobody_waiting) {
  const Stored a = put("a.example");
  source.hold();
  load(a);
  cache->cancel();
  settle();
  EXPECT_EQ(waiting.running(), 0u);
  load(put("b.example"));
  EXPECT_EQ(waiting.running(), 0u);
  EXPECT_THAT(log.text(), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::certs
