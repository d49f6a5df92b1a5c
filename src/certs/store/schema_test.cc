#include "certs/store/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/store_keys.h"
#include "certs/store/testing/faulty_store.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using testing::FaultyStore;
using ::testing::HasSubstr;

io::Task<Result<Ok>> write(kv::Store& store, std::string key, io::Deadline deadline) {
  auto done = co_await store.commit({{}, {kv::Put{std::move(key), {'x'}}}}, deadline);
  if (!done) co_return pass_on(done);
  co_return Ok{};
}
io::Task<Result<Ok>> to_two(kv::Store& store, io::Deadline deadline) {
  return write(store, "two", deadline);
}
io::Task<Result<Ok>> to_three(kv::Store& store, io::Deadline deadline) {
  return write(store, "three", deadline);
}
constexpr std::array<Migration, 2> kMigrations{{{2, &to_two}, {3, &to_three}}};

class Schema : public testing::StoreFixture {
 protected:
  void set_version(std::string_view text) {
    must(run(memory.commit(
        {{}, {kv::Put{std::string(keys::kSchema), Bytes(text.begin(), text.end())}}}, soon())));
  }
  Result<int> version() { return run(schema_version(memory, 3, soon())); }
  Result<Ok> migrate_on(kv::Store& on) { return run(migrate(on, kMigrations, soon())); }
  bool has(std::string_view key) {
    return must(run(memory.get(std::string(key), soon()))).has_value();
  }
};

TEST_F(Schema, a_store_in_which_nothing_was_kept_has_none_and_is_left_alone) {
  EXPECT_EQ(version(), 0);
  EXPECT_TRUE(migrate_on(memory));
  EXPECT_TRUE(everything().empty());
}

TEST_F(Schema, a_migration_runs_once_and_in_order) {
  set_version("1");
  ASSERT_TRUE(migrate_on(memory));
  EXPECT_EQ(version(), 3);
  const auto after = everything();
  ASSERT_TRUE(migrate_on(memory));
  EXPECT_EQ(everything(), after);
}

TEST_F(Schema, only_what_a_store_has_not_had_runs) {
  set_version("2");
  ASSERT_TRUE(migrate_on(memory));
  EXPECT_FALSE(has("two"));
  EXPECT_TRUE(has("three"));
}

TEST_F(Schema, a_migration_that_is_cut_off_anywhere_goes_on_with_the_next_start) {
  for (const auto when : {FaultyStore::When::before, FaultyStore::When::after}) {
    for (std::size_t number = 1; number <= 4; ++number) {
      set_version("1");
      FaultyStore faulty(memory);
      faulty.fail_at(number, when);
      EXPECT_FALSE(migrate_on(faulty)) << number;
      ASSERT_TRUE(migrate_on(faulty)) << number;
      EXPECT_EQ(version(), 3);
      EXPECT_TRUE(has("two") && has("three"));
      must(run(memory.commit({{}, {kv::Erase{"two"}, kv::Erase{"three"}}}, soon())));
    }
  }
}

TEST_F(Schema, a_newer_or_damaged_version_is_an_error) {
  set_version("4");
  EXPECT_THAT(version().error().what, HasSubstr("layouts up to 3"));
  EXPECT_FALSE(migrate_on(memory));
  for (const auto text : {"", "x", "0", "-1", "1 ", "99999999999"}) {
    set_version(text);
    EXPECT_THAT(version().error().what, HasSubstr("damaged")) << text;
  }
}

}  // namespace
}  // namespace gatehouse::certs
