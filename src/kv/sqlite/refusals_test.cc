// What a store refuses to open, with which words, and that it changes nothing then.

#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "base/testing/child.h"
#include "kv/sqlite/testing/store_folder.h"

namespace gatehouse::kv::testing {
namespace {

using ::testing::HasSubstr;
namespace files = std::filesystem;

bool put(Engine& engine, std::string_view key, std::string_view value) {
  return engine.commit({{}, {Put{std::string(key), {value.begin(), value.end()}}}}).has_value();
}

std::string refusal(const StoreFolder& folder) {
  const auto engine = folder.try_open();
  return engine ? "it opened" : engine.error().what;
}

// Runs SQL on the file as another program would.
int run_sql(const files::path& file, const std::string& sql) {
  auto [connection, code] = sqlite::Connection::open(file, SQLITE_OPEN_READWRITE);
  return code == SQLITE_OK ? connection.execute(sql.c_str()) : code;
}

TEST(SqliteEngineRefuses, a_folder_that_is_not_there) {
  const StoreFolder folder;
  const auto engine = SqliteEngine::open(folder.path() / "nowhere" / "state.db");
  ASSERT_FALSE(engine.has_value());
  EXPECT_THAT(engine.error().what, HasSubstr("make the folder, with mode 0700"));
}

TEST(SqliteEngineRefuses, a_folder_that_is_open_to_others) {
  const StoreFolder folder;
  for (const auto mode : {0710, 0704, 0755, 0770}) {
    ASSERT_EQ(chmod(folder.path().c_str(), static_cast<mode_t>(mode)), 0);
    EXPECT_THAT(refusal(folder), HasSubstr("chmod 700 " + folder.path().string()));
  }
  EXPECT_TRUE(files::is_empty(folder.path()));
}

TEST(SqliteEngineRefuses, a_file_that_others_can_read) {
  const StoreFolder folder;
  folder.open().reset();
  ASSERT_EQ(chmod(folder.file().c_str(), 0640), 0);
  EXPECT_THAT(refusal(folder), HasSubstr("chmod 600 " + folder.file().string()));
  ASSERT_EQ(chmod(folder.file().c_str(), 0600), 0);
  EXPECT_NE(folder.open(), nullptr);
}

TEST(SqliteEngineRefuses, a_log_that_others_can_read) {
  const StoreFolder folder;
  const auto log = folder.file().string() + "-wal";
  gatehouse::testing::put(log, "");
  ASSERT_EQ(chmod(log.c_str(), 0644), 0);
  EXPECT_THAT(refusal(folder), HasSubstr("chmod 600 " + log));
}

TEST(SqliteEngineRefuses, what_is_no_file) {
  const StoreFolder folder;
  gatehouse::testing::put(folder.path() / "elsewhere", "");
  files::create_symlink(folder.path() / "elsewhere", folder.file());
  EXPECT_THAT(refusal(folder), HasSubstr("is no file but something else"));
}

TEST(SqliteEngineRefuses, what_belongs_to_another_user) {
  const StoreFolder folder;
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  folder.open().reset();
  ASSERT_EQ(chown(folder.path().c_str(), gatehouse::testing::kNobody, 0), 0);
  EXPECT_THAT(refusal(folder), HasSubstr("belongs to user 65534"));
  ASSERT_EQ(chown(folder.path().c_str(), 0, 0), 0);
  ASSERT_EQ(chown(folder.file().c_str(), gatehouse::testing::kNobody, 0), 0);
  EXPECT_THAT(refusal(folder), HasSubstr("belongs to user 65534"));
}

// As the user whom permissions bind; the folder is made by that user.
template <class Work>
std::string as_user(const Work& work) {
  const gatehouse::testing::TemporaryFolder shared;
  files::permissions(shared.path(), files::perms::all);
  const int status = gatehouse::testing::in_unprivileged_child([&] {
    const auto folder = shared.path() / "store";
    files::create_directory(folder);
    files::permissions(folder, files::perms::owner_all);
    std::ofstream(shared.path() / "said") << work(folder / "state.db");
    files::permissions(folder, files::perms::owner_all);
    return 0;
  });
  EXPECT_EQ(status, 0);
  return gatehouse::testing::content_of(shared.path() / "said");
}

std::string opened(const files::path& file) {
  const auto engine = SqliteEngine::open(file);
  return engine ? "it opened" : engine.error().what;
}

TEST(SqliteEngineRefuses, a_folder_that_it_cannot_write_to) {
  const auto said = as_user([](const files::path& file) {
    files::permissions(file.parent_path(), files::perms::owner_read | files::perms::owner_exec);
    return opened(file);
  });
  EXPECT_THAT(said, HasSubstr("Permission denied"));
  EXPECT_THAT(said, HasSubstr("give this user the right to write there"));
}

TEST(SqliteEngineRefuses, a_store_whose_folder_became_read_only) {
  const auto said = as_user([](const files::path& file) {
    (void)opened(file);
    files::permissions(file.parent_path(), files::perms::owner_read | files::perms::owner_exec);
    return opened(file);
  });
  EXPECT_THAT(said, HasSubstr("cannot be written"));
}

TEST(SqliteEngineRefuses, a_file_that_became_read_only) {
  const auto said = as_user([](const files::path& file) {
    (void)opened(file);
    files::permissions(file, files::perms::owner_read);
    return opened(file);
  });
  EXPECT_THAT(said, HasSubstr("cannot be written"));
}

TEST(SqliteEngineRefuses, a_second_writer_and_says_who_is_the_first) {
  const StoreFolder folder;
  const auto first = folder.open();
  const auto second = folder.try_open();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(second.error().retry);
  EXPECT_THAT(second.error().what, HasSubstr(fmt::format("process {} (", getpid())));
  EXPECT_TRUE(put(*first, "a", "1"));
}

TEST(SqliteEngineRefuses, a_second_writer_until_the_first_has_ended) {
  const StoreFolder folder;
  auto first = folder.open();
  EXPECT_EQ(gatehouse::testing::in_child([&] { return folder.try_open() ? 0 : 1; }), 1);
  first.reset();
  EXPECT_EQ(gatehouse::testing::in_child([&] { return folder.try_open() ? 0 : 1; }), 0);
}

TEST(SqliteEngineRefuses, a_newer_version_and_changes_nothing) {
  const StoreFolder folder;
  put(*folder.open(), "a", "1");
  ASSERT_EQ(run_sql(folder.file(), "PRAGMA user_version = 7"), SQLITE_OK);
  const auto before = gatehouse::testing::content_of(folder.file());
  EXPECT_THAT(refusal(folder), HasSubstr("is of a newer gatehouse (version 7, this one knows 1)"));
  EXPECT_EQ(gatehouse::testing::content_of(folder.file()), before);
}

TEST(SqliteEngineRefuses, a_newer_version_with_a_log_and_changes_nothing) {
  const StoreFolder folder;
  const StoreFolder copy;
  {
    const auto engine = folder.open();
    auto [connection, code] = sqlite::Connection::open(folder.file(), SQLITE_OPEN_READWRITE);
    ASSERT_EQ(connection.execute("PRAGMA user_version = 7"), SQLITE_OK);
    files::copy(folder.file(), copy.file());
    files::copy(folder.file().string() + "-wal", copy.file().string() + "-wal");
  }
  const auto before = gatehouse::testing::content_of(copy.file());
  const auto log = gatehouse::testing::content_of(copy.file().string() + "-wal");
  EXPECT_THAT(refusal(copy), HasSubstr("version 7"));
  EXPECT_EQ(gatehouse::testing::content_of(copy.file()), before);
  EXPECT_EQ(gatehouse::testing::content_of(copy.file().string() + "-wal"), log);
}

TEST(SqliteEngineRefuses, another_programs_database) {
  const StoreFolder folder;
  folder.open().reset();
  ASSERT_EQ(run_sql(folder.file(), "PRAGMA application_id = 42"), SQLITE_OK);
  EXPECT_THAT(refusal(folder), HasSubstr("is no store of gatehouse"));
}

TEST(SqliteEngineRefuses, a_file_of_something_else) {
  const StoreFolder folder;
  const std::string text(8192, 'x');
  gatehouse::testing::put(folder.file(), text);
  ASSERT_EQ(chmod(folder.file().c_str(), 0600), 0);
  EXPECT_THAT(refusal(folder), HasSubstr("is no store of gatehouse"));
  EXPECT_EQ(gatehouse::testing::content_of(folder.file()), text);
}

}  // namespace
}  // namespace gatehouse::kv::testing
