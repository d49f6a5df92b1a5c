#include "kv/sqlite/schema.h"

#include <array>

#include <gmock/gmock.h>

#include "base/testing/temporary_folder.h"

namespace gatehouse::kv::sqlite {
namespace {

using ::testing::HasSubstr;

class Schema : public ::testing::Test {
 protected:
  std::int64_t ask(const char* sql) {
    std::int64_t number = -1;
    connection.ask(sql, number);
    return number;
  }
  Result<Ok> migrate(std::span<const Migration> known) {
    const auto version = version_of(connection, file, known);
    if (!version) return std::unexpected(version.error());
    return sqlite::migrate(connection, file, *version, known);
  }

  gatehouse::testing::TemporaryFolder folder;
  std::filesystem::path file = folder / "state.db";
  Connection connection =
      std::move(Connection::open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE).connection);
};

constexpr Migration kMake = "CREATE TABLE first(number INTEGER); INSERT INTO first VALUES(1)";
constexpr Migration kRaise = "UPDATE first SET number = number * 10 + 2";
constexpr Migration kRaiseAgain = "UPDATE first SET number = number * 10 + 3";
constexpr Migration kBroken = "UPDATE first SET number = 4; UPDATE nowhere SET number = 5";

TEST_F(Schema, of_a_new_file_has_no_version) {
  EXPECT_EQ(*version_of(connection, file, migrations()), 0U);
}

TEST_F(Schema, comes_from_every_step_in_order) {
  const std::array known = {kMake, kRaise, kRaiseAgain};
  EXPECT_TRUE(migrate(known).has_value());
  EXPECT_EQ(ask("SELECT number FROM first"), 123);
  EXPECT_EQ(*version_of(connection, file, known), 3U);
  EXPECT_EQ(ask("PRAGMA application_id"), kApplicationId);
}

TEST_F(Schema, of_an_older_file_takes_the_steps_that_it_lacks) {
  const std::array older = {kMake};
  const std::array known = {kMake, kRaise};
  ASSERT_TRUE(migrate(older).has_value());
  EXPECT_TRUE(migrate(known).has_value());
  EXPECT_TRUE(migrate(known).has_value());
  EXPECT_EQ(ask("SELECT number FROM first"), 12);
}

TEST_F(Schema, stays_as_it_is_where_a_step_fails) {
  const std::array known = {kMake, kBroken, kRaise};
  const auto migrated = migrate(known);
  ASSERT_FALSE(migrated.has_value());
  EXPECT_EQ(ask("SELECT number FROM first"), 1);
  EXPECT_EQ(*version_of(connection, file, known), 1U);
  EXPECT_EQ(connection.execute("BEGIN; COMMIT"), SQLITE_OK);  // nothing is left open
}

TEST_F(Schema, of_a_newer_file_is_refused) {
  const std::array newer = {kMake, kRaise};
  const std::array known = {kMake};
  ASSERT_TRUE(migrate(newer).has_value());
  const auto version = version_of(connection, file, known);
  ASSERT_FALSE(version.has_value());
  EXPECT_THAT(version.error().what, HasSubstr("version 2, this one knows 1"));
}

TEST_F(Schema, of_another_programs_file_is_refused) {
  ASSERT_EQ(connection.execute("CREATE TABLE theirs(x)"), SQLITE_OK);
  EXPECT_THAT(version_of(connection, file, migrations()).error().what,
              HasSubstr("is no store of gatehouse"));
}

}  // namespace
}  // namespace gatehouse::kv::sqlite
