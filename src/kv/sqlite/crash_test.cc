// What is left of a store after a power failure, a failing or full disk, and kill -9.

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "kv/memory_engine.h"
#include "kv/sqlite/testing/faulty_vfs.h"
#include "kv/sqlite/testing/store_folder.h"
#include "kv/testing/random_transactions.h"

namespace gatehouse::kv::testing {
namespace {

constexpr int kTransactions = 12;

// What a store may hold after its n-th transaction: the measure is the one in memory.
std::vector<Contents> histories(unsigned seed, int transactions) {
  MemoryEngine memory;
  RandomTransactions random(seed);
  std::vector<Contents> all = {{}};
  for (int i = 0; i < transactions; ++i) {
    EXPECT_TRUE(memory.commit(random.next(i + 1)).has_value());
    all.push_back(contents_of(memory));
  }
  return all;
}

// Carries out the transactions until one fails; how many were reported as done.
int carry_out(Engine& engine, unsigned seed, int transactions) {
  RandomTransactions random(seed);
  for (int i = 0; i < transactions; ++i) {
    if (!engine.commit(random.next(i + 1))) return i;
    if (i % 5 == 4) engine.tidy();
  }
  return transactions;
}

// Whether a store is as after transaction `done`, or the one that was under way.
bool is_between(const Contents& found, const std::vector<Contents>& states, int done) {
  const auto last = std::min(static_cast<std::size_t>(done) + 1, states.size() - 1);
  return found == states[static_cast<std::size_t>(done)] || found == states[last];
}

// Runs the transactions on a file system that fails at operation `n`; true when it got that far.
bool lose_power_at(std::size_t n, unsigned seed, const std::vector<Contents>& states) {
  FaultyVfs vfs;
  vfs.fail_at(n, FaultyVfs::Fault::power_loss);
  int done = 0;
  {
    const StoreFolder folder;
    auto engine = folder.try_open(vfs.name());
    if (engine) done = carry_out(**engine, seed, kTransactions);
  }
  for (unsigned fate = 0; fate < 4; ++fate) {
    const StoreFolder after;
    const FaultyVfs sound;
    vfs.survivors(after.path(), static_cast<unsigned>(n) * 31 + fate, fate == 0);
    const auto engine = after.open(sound.name());
    if (engine == nullptr) {
      ADD_FAILURE() << "after a power loss at operation " << n << ", fate " << fate;
      continue;
    }
    EXPECT_TRUE(is_between(contents_of(*engine), states, done))
        << "after a power loss at operation " << n << ", fate " << fate << ", " << done
        << " transactions were reported as done";
    EXPECT_TRUE(engine->commit({{}, {Put{"more", {1}}}}).has_value());
  }
  return vfs.failed();
}

TEST(Crash, a_power_failure_at_any_write_leaves_a_transaction_whole_or_undone) {
  constexpr unsigned kSeed = 7;
  const auto states = histories(kSeed, kTransactions);
  std::size_t n = 1;
  while (lose_power_at(n, kSeed, states)) ++n;
  EXPECT_GT(n, 50U);  // there were that many moments
}

// The disk reports an error once; the program goes on, is killed, and starts anew.
bool fail_at(std::size_t n, unsigned seed) {
  FaultyVfs vfs;
  const StoreFolder folder;
  vfs.fail_at(n, FaultyVfs::Fault::input_output);
  auto engine = folder.try_open(vfs.name());
  if (!engine) return vfs.failed();
  MemoryEngine memory;
  RandomTransactions random(seed);
  for (int i = 0; i < kTransactions; ++i) {
    const Transaction transaction = random.next(i + 1);
    const Contents before = contents_of(**engine);
    EXPECT_EQ(before, contents_of(memory)) << "operation " << n << ", transaction " << i;
    if ((*engine)->commit(transaction)) {
      EXPECT_TRUE(memory.commit(transaction).has_value());
    }
    if (i % 5 == 4) (*engine)->tidy();
  }
  EXPECT_EQ(contents_of(**engine), contents_of(memory)) << "operation " << n;
  EXPECT_EQ((*engine)->revision(), memory.revision());
  engine->reset();
  EXPECT_EQ(contents_of(*folder.open()), contents_of(memory)) << "operation " << n;
  return vfs.failed();
}

TEST(Crash, a_disk_that_fails_once_fails_one_call_and_loses_nothing) {
  std::size_t n = 1;
  while (fail_at(n, 11)) ++n;
  EXPECT_GT(n, 100U);
}

TEST(Crash, a_full_disk_changes_nothing_and_is_no_end) {
  FaultyVfs vfs;
  const StoreFolder folder;
  const auto engine = folder.open(vfs.name());
  ASSERT_TRUE(engine->commit({{}, {Put{"a", {1}}, Put{"b", {1}}}}).has_value());
  const Contents before = contents_of(*engine);
  vfs.fail_at(vfs.operations() + 1, FaultyVfs::Fault::full);
  const auto outcome = engine->commit({{}, {Put{"a", Bytes(50000, 2)}, Erase{"b"}}});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_THAT(outcome.error().what, ::testing::HasSubstr("there is no room for the store"));
  EXPECT_THAT(outcome.error().what, ::testing::HasSubstr("make room and try again"));
  EXPECT_TRUE(outcome.error().retry);
  EXPECT_EQ(contents_of(*engine), before);
  engine->tidy();
  EXPECT_FALSE(engine->grant(std::chrono::seconds(10)).has_value());
  EXPECT_EQ(contents_of(*engine), before);
  vfs.mend();
  EXPECT_TRUE(engine->commit({{}, {Put{"a", Bytes(50000, 2)}, Erase{"b"}}}).has_value());
}

// Writes transactions without end and tells of each that is durable by a byte.
[[noreturn]] void write_until_killed(const StoreFolder& folder, unsigned seed, int progress) {
  auto engine = folder.try_open();
  if (!engine) _exit(1);
  RandomTransactions random(seed);
  for (int i = 0; i < 100'000; ++i) {
    if (!(*engine)->commit(random.next(i + 1))) _exit(2);
    if (::write(progress, "x", 1) != 1) _exit(3);
    if (i % 5 == 4) (*engine)->tidy();
  }
  _exit(4);
}

struct Killed {
  int told = 0;  // transactions that were reported as durable
  bool by_signal = false;
};

// How many bytes come, at most `most`; 0 when there will be no more.
int count_bytes(int pipe, std::size_t most) {
  std::array<char, 4096> bytes{};
  const auto n = ::read(pipe, bytes.data(), std::min(most, bytes.size()));
  return static_cast<int>(std::max<ssize_t>(n, 0));
}

Killed kill_after(const StoreFolder& folder, unsigned seed, int transactions) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const io::Fd reader(ends[0]);
  io::Fd writer(ends[1]);
  const pid_t child = fork();
  if (child == 0) write_until_killed(folder, seed, writer.get());
  writer.reset();
  Killed killed;
  while (killed.told < transactions) {
    const int some = count_bytes(reader.get(), 1);
    if (some == 0) break;
    killed.told += some;
  }
  kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  while (const int some = count_bytes(reader.get(), 4096)) killed.told += some;
  killed.by_signal = WIFSIGNALED(status);
  return killed;
}

TEST(Crash, kill_9_at_any_moment_loses_no_transaction_that_was_reported_as_durable) {
  constexpr int kMost = 300;
  for (unsigned seed = 1; seed <= 15; ++seed) {
    const StoreFolder folder;
    const Killed killed = kill_after(folder, seed, static_cast<int>(seed * 7 % 40) + 1);
    ASSERT_TRUE(killed.by_signal);
    ASSERT_LT(killed.told, kMost);
    const auto states = histories(seed, killed.told + 1);
    const auto engine = folder.open();
    ASSERT_NE(engine, nullptr);
    EXPECT_TRUE(is_between(contents_of(*engine), states, killed.told)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gatehouse::kv::testing
