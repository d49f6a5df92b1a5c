#include "kv/sqlite/copy.h"

#include <sys/stat.h>
#include <thread>

#include <gmock/gmock.h>

#include "kv/sqlite/testing/store_folder.h"
#include "kv/testing/random_transactions.h"

namespace gatehouse::kv::testing {
namespace {

using ::testing::HasSubstr;

class Copy : public ::testing::Test {
 protected:
  static void fill(Engine& engine, int transactions) {
    RandomTransactions random(3);
    for (int i = 0; i < transactions; ++i)
      ASSERT_TRUE(engine.commit(random.next(engine.revision())).has_value());
  }

  StoreFolder store;
  StoreFolder backup;
};

TEST_F(Copy, of_a_store_in_use_is_a_store_with_the_same_contents) {
  const auto engine = store.open();
  fill(*engine, 30);
  ASSERT_TRUE(copy_store(store.file(), backup.file()).has_value());
  const auto copy = backup.open();
  EXPECT_EQ(contents_of(*copy), contents_of(*engine));
  EXPECT_EQ(copy->revision(), engine->revision());
}

TEST_F(Copy, of_a_store_that_nobody_uses_leaves_nothing_beside_it) {
  fill(*store.open(), 10);
  ASSERT_TRUE(copy_store(store.file(), backup.file()).has_value());
  EXPECT_FALSE(std::filesystem::exists(store.file().string() + "-wal"));
  EXPECT_EQ(contents_of(*backup.open()), contents_of(*store.open()));
}

TEST_F(Copy, is_private_and_alone) {
  fill(*store.open(), 1);
  ASSERT_TRUE(copy_store(store.file(), backup.file()).has_value());
  struct stat facts{};
  ASSERT_EQ(stat(backup.file().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(backup.path()), {}), 1);
}

TEST_F(Copy, has_no_trace_of_what_was_erased) {
  const auto engine = store.open();
  const std::string secret(5000, 's');
  ASSERT_TRUE(engine->commit({{}, {Put{"a", {secret.begin(), secret.end()}}}}).has_value());
  ASSERT_TRUE(engine->commit({{}, {Erase{"a"}}}).has_value());
  ASSERT_TRUE(copy_store(store.file(), backup.file()).has_value());
  EXPECT_THAT(gatehouse::testing::content_of(backup.file()), ::testing::Not(HasSubstr("sssss")));
}

TEST_F(Copy, made_while_transactions_go_on_is_one_moment_of_the_store) {
  const auto engine = store.open();
  // Both keys change together, always.
  const auto write = [&](int i) {
    const auto value = static_cast<std::uint8_t>(i);
    return engine->commit({{}, {Put{"a", Bytes(3000, value)}, Put{"z", Bytes(3000, value)}}});
  };
  ASSERT_TRUE(write(0).has_value());
  Result<Ok> copied;
  std::thread copying([&] { copied = copy_store(store.file(), backup.file()); });
  for (int i = 1; i < 40; ++i) EXPECT_TRUE(write(i).has_value());
  copying.join();
  ASSERT_TRUE(copied.has_value()) << copied.error().what;
  auto contents = contents_of(*backup.open());
  EXPECT_EQ(contents.at("a").value, contents.at("z").value);
  EXPECT_EQ(contents.at("a").revision, contents.at("z").revision);
}

TEST_F(Copy, never_replaces_a_file) {
  fill(*store.open(), 1);
  gatehouse::testing::put(backup.file(), "mine");
  const auto copied = copy_store(store.file(), backup.file());
  ASSERT_FALSE(copied.has_value());
  EXPECT_THAT(copied.error().what, HasSubstr("name another file"));
  EXPECT_EQ(gatehouse::testing::content_of(backup.file()), "mine");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(backup.path()), {}), 1);
}

TEST_F(Copy, of_what_is_no_store_is_refused_and_leaves_nothing) {
  EXPECT_FALSE(copy_store(store.file(), backup.file()).has_value());
  gatehouse::testing::put(store.file(), "");
  std::filesystem::permissions(
      store.file(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto copied = copy_store(store.file(), backup.file());
  ASSERT_FALSE(copied.has_value());
  EXPECT_THAT(copied.error().what, HasSubstr("is no store of gatehouse"));
  EXPECT_TRUE(std::filesystem::is_empty(backup.path()));
}

TEST_F(Copy, into_a_folder_that_is_not_there_is_refused) {
  fill(*store.open(), 1);
  const auto copied = copy_store(store.file(), backup.path() / "nowhere" / "copy.db");
  ASSERT_FALSE(copied.has_value());
  EXPECT_THAT(copied.error().what, HasSubstr("could not be made"));
}

}  // namespace
}  // namespace gatehouse::kv::testing
