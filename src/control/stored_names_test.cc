#include "control/stored_names.h"

#include <gmock/gmock.h>

#include "certs/store/record_codec.h"
#include "certs/store/store_keys.h"
#include "certs/testing/records.h"
#include "kv/memory_engine.h"
#include "kv/testing/harness.h"

namespace gatehouse::control {
namespace {

using certs::RecordSummary;
using certs::Shelf;
using certs::testing::kNow;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

RecordSummary summary(const std::string& name) {
  RecordSummary made =
      certs::summary_of(certs::testing::record("x", certs::testing::identity({name}).leaf()));
  return made;
}

class Follows : public ::testing::Test {
 protected:
  ~Follows() override {
    busy = false;
    following.cancel();
    while (following.running() != 0) reactor.run_once(10s);
  }

  kv::Write putting(const RecordSummary& one, Shelf shelf = Shelf::identities) {
    return kv::Put{certs::keys::summary(shelf, one.id), certs::encode_summary(one)};
  }
  void commit(std::vector<kv::Write> writes) {
    const auto done = kv::testing::run(reactor, store->commit({{}, std::move(writes)}, soon()));
    ASSERT_TRUE(done.has_value());
  }
  Result<Ok> read() { return kv::testing::run(reactor, names.read(soon())); }
  void follow() {
    following.spawn(names.follow([this]() -> io::Task<void> { return note(); }));
    // The watch has joined when the store has answered something that was asked later.
    (void)kv::testing::run(reactor, store->get("a", soon()));
  }
  io::Task<void> note() {
    ++changes;
    while (busy) (void)co_await released.wait(io::Deadline::never());
  }
  io::Deadline soon() { return kv::testing::soon(reactor); }
  auto known(std::string_view name) const {
    return names.now()->candidates(ServerName::parse(name).value(), {}, certs::second_of(kNow));
  }

  kv::testing::SharedFakeClock clock;
  io::Reactor reactor{clock};
  std::unique_ptr<kv::StoreThread> thread =
      kv::StoreThread::start(std::make_unique<kv::MemoryEngine>(), clock).value();
  std::unique_ptr<kv::Store> store = thread->store(reactor);
  EventLog events{{.at_least = LogLevel::error, .fd = -1}, clock};
  StoredNames names{*thread, *store, reactor, events};
  int changes = 0;
  bool busy = false;  // whoever is told takes its time
  io::Event released{reactor};
  io::Scope following{reactor};
};

TEST_F(Follows, reads_what_is_there) {
  EXPECT_TRUE(names.now()->empty());
  commit({putting(summary("a.example")), putting(summary("b.example")),
          putting(summary("c.example"), Shelf::anchors)});
  ASSERT_TRUE(read());
  EXPECT_THAT(known("a.example"), SizeIs(1));
  EXPECT_THAT(known("c.example"), IsEmpty()) << "it is on another shelf";
  EXPECT_EQ(names.now()->names(), 2u);
}

TEST_F(Follows, says_which_entry_is_damaged) {
  const auto one = summary("a.example");
  commit({kv::Put{certs::keys::summary(Shelf::identities, one.id), {1}}});
  const auto failed = read();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().what, ::testing::HasSubstr(one.id.text()));
}

TEST_F(Follows, what_was_added_replaced_and_removed_is_known_when_the_commit_returns) {
  auto one = summary("a.example");
  commit({putting(one)});
  ASSERT_TRUE(read());
  follow();
  const auto before = names.now();
  const auto other = summary("b.example");
  commit({putting(other)});
  EXPECT_THAT(known("b.example"), SizeIs(1));
  one.names = {"c.example"};
  commit({putting(one)});
  EXPECT_THAT(known("a.example"), IsEmpty());
  EXPECT_THAT(known("c.example"), SizeIs(1));
  commit({kv::Erase{certs::keys::summary(Shelf::identities, other.id)}});
  EXPECT_THAT(known("b.example"), IsEmpty());
  EXPECT_EQ(changes, 3);
  EXPECT_EQ(before->names(), 1u) << "who has it keeps it as it was";
}

TEST_F(Follows, who_is_told_too_much_at_once_reads_everything_again) {
  ASSERT_TRUE(read());
  follow();
  busy = true;
  constexpr std::size_t kMany = kv::Watch::kMostBuffered + 100;
  for (std::size_t i = 0; i < kMany; ++i) commit({putting(summary("x.example"))});
  EXPECT_LT(names.now()->names(), kMany);
  busy = false;
  released.notify_all();
  for (int i = 0; i < 100 && names.now()->names() < kMany; ++i) {
    (void)kv::testing::run(reactor, store->get("a", soon()));
  }
  EXPECT_EQ(names.now()->names(), kMany);
  commit({putting(summary("b.example"))});
  EXPECT_THAT(known("b.example"), SizeIs(1)) << "it follows on";
}

}  // namespace
}  // namespace gatehouse::control
