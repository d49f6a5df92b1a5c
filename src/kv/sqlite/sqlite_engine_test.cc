#include "kv/sqlite/sqlite_engine.h"

#include <algorithm>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "kv/memory_engine.h"
#include "kv/sqlite/testing/faulty_vfs.h"
#include "kv/sqlite/testing/store_folder.h"
#include "kv/testing/random_transactions.h"

namespace gatehouse::kv::testing {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
namespace files = std::filesystem;

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

bool put(Engine& engine, std::string_view key, std::string_view value) {
  return engine.commit({{}, {Put{std::string(key), bytes(value)}}}).has_value();
}

// Every byte of every file of the folder.
std::string everything_in(const files::path& folder) {
  std::string all;
  for (const auto& file : files::directory_iterator(folder))
    all += gatehouse::testing::content_of(file.path());
  return all;
}

unsigned mode_of(const files::path& path) {
  struct stat facts{};
  return stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0;
}

TEST(SqliteEngine, keeps_everything_when_it_is_closed_and_opened) {
  const StoreFolder folder;
  Contents before;
  Revision revision = 0;
  Lease lease{};
  {
    const auto engine = folder.open();
    lease = *engine->grant(30s);
    put(*engine, "a", "1");
    ASSERT_TRUE(engine->commit({{}, {Put{"b", bytes("2"), lease}}}).has_value());
    before = contents_of(*engine);
    revision = engine->revision();
  }
  const auto engine = folder.open();
  EXPECT_EQ(contents_of(*engine), before);
  EXPECT_EQ(engine->revision(), revision);
  EXPECT_EQ(*engine->leases(), (std::vector{GrantedLease{lease, 30s}}));
}

TEST(SqliteEngine, never_gives_a_revision_or_a_lease_number_twice) {
  const StoreFolder folder;
  Lease lease{};
  Revision revision = 0;
  {
    const auto engine = folder.open();
    lease = *engine->grant(30s);
    put(*engine, "a", "1");
    ASSERT_TRUE(engine->commit({{}, {Erase{"a"}}}).has_value());
    ASSERT_TRUE(engine->end(lease).has_value());
    revision = engine->revision();
  }
  const auto engine = folder.open();
  EXPECT_NE(*engine->grant(30s), lease);
  EXPECT_GT(std::get<Applied>(*engine->commit({{}, {Put{"a", {}}}})).revision, revision);
}

TEST(SqliteEngine, makes_private_files_only) {
  const StoreFolder folder;
  const mode_t before = umask(0);
  const auto engine = folder.open();
  put(*engine, "a", "1");
  umask(before);
  int seen = 0;
  for (const auto& file : files::directory_iterator(folder.path())) {
    EXPECT_EQ(mode_of(file.path()), 0600U) << file.path();
    ++seen;
  }
  EXPECT_EQ(seen, 4);  // the database, its log, the log's index, the lock
}

TEST(SqliteEngine, leaves_nothing_beside_the_file_when_it_is_closed) {
  const StoreFolder folder;
  put(*folder.open(), "a", "1");
  EXPECT_TRUE(files::exists(folder.file()));
  EXPECT_FALSE(files::exists(folder.file().string() + "-wal"));
}

TEST(SqliteEngine, reads_two_keys_as_it_reads_each_in_whatever_order_they_lie) {
  const StoreFolder folder;
  const auto engine = folder.open();
  MemoryEngine memory;
  for (const auto* key : {"b", "a", "d"}) {
    put(*engine, key, key);
    put(memory, key, key);
  }
  for (const auto* first : {"a", "b", "c", "d", "e"}) {
    for (const auto* second : {"a", "b", "c", "d", "e"}) {
      if (first == second) continue;
      const auto both = engine->get_both(first, second).value();
      EXPECT_EQ(both.first, engine->get(first).value()) << first << second;
      EXPECT_EQ(both.second, engine->get(second).value()) << first << second;
      EXPECT_EQ(memory.get_both(first, second).value(), both);
    }
  }
}

TEST(SqliteEngine, visits_every_entry_of_a_prefix_in_order) {
  const StoreFolder folder;
  const auto engine = folder.open();
  for (const auto* key : {"b/2", "a", "b/1", "c", "b"}) put(*engine, key, key);
  std::vector<std::string> seen;
  ASSERT_TRUE(engine
                  ->for_each("b/",
                             [&](const EntryView& entry) {
                               EXPECT_EQ(as_text(entry.value), entry.key);
                               seen.emplace_back(entry.key);
                             })
                  .has_value());
  EXPECT_EQ(seen, (std::vector<std::string>{"b/1", "b/2"}));
}

// What the file has of old bytes: a value that fits a page, and one of many pages.
class Leftovers : public ::testing::TestWithParam<std::size_t> {
 protected:
  std::string secret() const {
    std::string text;
    while (text.size() < GetParam()) text += "do not leave me here";
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Sizes, Leftovers, ::testing::Values(20, 200000));

TEST_P(Leftovers, of_what_was_erased_are_gone_when_the_store_is_tidy) {
  const StoreFolder folder;
  const auto engine = folder.open();
  put(*engine, "a", secret());
  put(*engine, "b", "stays");
  ASSERT_TRUE(engine->commit({{}, {Erase{"a"}}}).has_value());
  ASSERT_TRUE(engine->untidy());
  ASSERT_THAT(everything_in(folder.path()), HasSubstr("do not leave me here"));
  engine->tidy();
  EXPECT_FALSE(engine->untidy());
  EXPECT_THAT(everything_in(folder.path()), ::testing::Not(HasSubstr("leave me")));
}

TEST_P(Leftovers, of_what_was_replaced_are_gone_when_the_store_is_tidy) {
  const StoreFolder folder;
  const auto engine = folder.open();
  put(*engine, "a", secret());
  put(*engine, "a", "other");
  engine->tidy();
  EXPECT_THAT(everything_in(folder.path()), ::testing::Not(HasSubstr("leave me")));
}

TEST_P(Leftovers, of_what_went_with_a_lease_are_gone_when_the_store_is_tidy) {
  const StoreFolder folder;
  const auto engine = folder.open();
  const Lease lease = *engine->grant(10s);
  ASSERT_TRUE(engine->commit({{}, {Put{"a", bytes(secret()), lease}}}).has_value());
  ASSERT_TRUE(engine->end(lease).has_value());
  engine->tidy();
  EXPECT_THAT(everything_in(folder.path()), ::testing::Not(HasSubstr("leave me")));
}

TEST_P(Leftovers, are_gone_when_the_store_is_closed) {
  const StoreFolder folder;
  {
    const auto engine = folder.open();
    put(*engine, "a", secret());
    ASSERT_TRUE(engine->commit({{}, {Erase{"a"}}}).has_value());
  }
  EXPECT_THAT(everything_in(folder.path()), ::testing::Not(HasSubstr("leave me")));
}

TEST(SqliteEngine, is_tidy_where_nothing_was_erased_or_replaced) {
  const StoreFolder folder;
  const auto engine = folder.open();
  put(*engine, "a", "1");
  EXPECT_FALSE(engine->untidy());
}

// Overwrites the middle of the file with noise.
void damage(const files::path& file) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto size = files::file_size(file);
  constexpr std::uintmax_t kKept = 16384;  // the first page
  out.seekp(kKept);
  for (std::uintmax_t i = kKept; i < size; ++i) out.put(static_cast<char>(i * 7 + 3));
}

TEST(SqliteEngine, says_that_a_damaged_file_is_damaged_and_what_to_do) {
  const StoreFolder folder;
  {
    const auto engine = folder.open();
    for (int i = 0; i < 200; ++i) put(*engine, fmt::format("key/{}", i), std::string(500, 'v'));
  }
  damage(folder.file());
  auto engine = folder.try_open();
  const auto read = engine ? (*engine)->for_each("", [](const EntryView&) {})
                           : Result<Ok>(std::unexpected(engine.error()));
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().what, HasSubstr("is damaged"));
  EXPECT_THAT(read.error().what, HasSubstr("put a copy from a backup there"));
}

TEST(SqliteEngine, takes_an_empty_file_for_a_new_store) {
  const StoreFolder folder;
  gatehouse::testing::put(folder.file(), "");
  ASSERT_EQ(chmod(folder.file().c_str(), 0600), 0);
  const auto engine = folder.open();
  ASSERT_NE(engine, nullptr);
  EXPECT_TRUE(put(*engine, "a", "1"));
}

TEST(SqliteEngine, fails_for_now_while_another_program_holds_the_file) {
  const StoreFolder folder;
  const auto engine = folder.open();
  auto [connection, code] = sqlite::Connection::open(folder.file(), SQLITE_OPEN_READWRITE);
  ASSERT_EQ(connection.execute("BEGIN IMMEDIATE"), SQLITE_OK);
  (void)sqlite3_busy_timeout(connection.handle(), 0);
  const auto outcome = engine->commit({{}, {Put{"a", {}}}});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::conflict);
  EXPECT_THAT(outcome.error().what, HasSubstr("another program is writing to the store"));
  ASSERT_EQ(connection.execute("ROLLBACK"), SQLITE_OK);
  EXPECT_TRUE(put(*engine, "a", "1"));
}

class SameAnswers : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SameAnswers, ::testing::Range(1U, 9U));

// One random call to both.
void ask_both(Engine& first, Engine& second, RandomTransactions& random,
              std::vector<Lease>& leases) {
  switch (random.number(10)) {
    case 0: {
      const auto lease = *first.grant(10s);
      ASSERT_EQ(*second.grant(10s), lease);
      leases.push_back(lease);
      break;
    }
    case 1: {
      if (leases.empty()) break;
      const Lease lease = leases.back();
      leases.pop_back();
      ASSERT_EQ(*first.end(lease), *second.end(lease));
      break;
    }
    default: {
      Transaction transaction = random.next(first.revision());
      for (auto& write : transaction.writes) {
        auto* put = std::get_if<Put>(&write);
        if (put != nullptr && !leases.empty() && random.number(3) == 0) put->lease = leases.back();
      }
      ASSERT_EQ(*first.commit(transaction), *second.commit(transaction));
    }
  }
}

TEST_P(SameAnswers, random_transactions_get_from_memory_and_from_the_file) {
  const FaultyVfs sound;
  const StoreFolder folder;
  auto file = folder.open(sound.name());
  MemoryEngine memory;
  RandomTransactions random(GetParam());
  std::vector<Lease> leases;
  for (int i = 0; i < 150; ++i) {
    ask_both(memory, *file, random, leases);
    if (HasFatalFailure()) return;
    const ListRequest request{.prefix = random.number(2) == 0 ? "key/" : "key/1",
                              .after = fmt::format("key/{}", random.number(12)),
                              .limit = 1 + random.number(5)};
    EXPECT_EQ(file->list(request)->entries, memory.list(request)->entries);
    EXPECT_EQ(file->list(request)->more, memory.list(request)->more);
    if (random.number(20) == 0) file->tidy();
    if (random.number(40) == 0) {
      file.reset();
      file = folder.open(sound.name());
    }
  }
  EXPECT_EQ(contents_of(*file), contents_of(memory));
  EXPECT_EQ(file->revision(), memory.revision());
  EXPECT_EQ(*file->leases(), *memory.leases());
}

}  // namespace
}  // namespace gatehouse::kv::testing
