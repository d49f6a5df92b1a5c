#include "app/file_watch.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "io/testing.h"

namespace gatehouse::app {
namespace {

using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;
using namespace std::chrono_literals;

class FileWatchTest : public io::testing::ReactorTest {
 protected:
  void watch(const std::set<std::filesystem::path>& folders) { files_->set_folders(folders); }
  // What was told once it has been quiet for long enough.
  int told() {
    settle();
    advance(FileWatch::kQuiet + 1s);  // timers may be late by a step of their wheel
    return std::exchange(told_, 0);
  }

  TemporaryFolder folder_;
  int told_ = 0;
  std::unique_ptr<FileWatch> files_ = FileWatch::make(reactor, [this] { ++told_; }).value();
};

TEST_F(FileWatchTest, a_file_that_is_written_appears_or_goes_is_told) {
  watch({folder_.path()});
  put(folder_ / "a", "one");
  EXPECT_EQ(told(), 1);
  put(folder_ / "a", "two");
  EXPECT_EQ(told(), 1);
  std::filesystem::remove(folder_ / "a");
  EXPECT_EQ(told(), 1);
  EXPECT_EQ(told(), 0) << "nothing happened";
}

TEST_F(FileWatchTest, one_that_is_replaced_by_another_is_told) {
  put(folder_ / "a", "one");
  put(folder_ / "next", "two");
  watch({folder_.path()});
  std::filesystem::rename(folder_ / "next", folder_ / "a");
  EXPECT_EQ(told(), 1);
}

TEST_F(FileWatchTest, a_symbolic_link_that_leads_elsewhere_is_told) {
  std::filesystem::create_symlink("one", folder_ / "a");
  watch({folder_.path()});
  std::filesystem::create_symlink("two", folder_ / "next");
  std::filesystem::rename(folder_ / "next", folder_ / "a");
  EXPECT_EQ(told(), 1);
}

TEST_F(FileWatchTest, many_changes_at_once_are_told_once_and_when_it_is_quiet) {
  watch({folder_.path()});
  for (int i = 0; i < 50; ++i) {
    put(folder_ / fmt::format("{}", i), "x");
    settle();
    advance(FileWatch::kQuiet / 2);
    EXPECT_EQ(told_, 0) << i;
  }
  EXPECT_EQ(told(), 1);
}

TEST_F(FileWatchTest, a_folder_that_is_not_watched_any_more_is_silent) {
  std::filesystem::create_directory(folder_ / "one");
  std::filesystem::create_directory(folder_ / "two");
  watch({folder_ / "one", folder_ / "two"});
  watch({folder_ / "two"});
  (void)told();  // that a watch was removed
  put(folder_ / "one/a", "x");
  EXPECT_EQ(told(), 0);
  put(folder_ / "two/a", "x");
  EXPECT_EQ(told(), 1);
}

TEST_F(FileWatchTest, a_folder_that_is_not_there_is_left_out_until_it_is) {
  watch({folder_ / "later", folder_.path()});
  std::filesystem::create_directory(folder_ / "later");
  EXPECT_EQ(told(), 1) << "its parent is watched";
  watch({folder_ / "later", folder_.path()});
  put(folder_ / "later/a", "x");
  EXPECT_EQ(told(), 1);
}

TEST_F(FileWatchTest, one_that_has_gone_tells_nothing) {
  watch({folder_.path()});
  put(folder_ / "a", "x");
  settle();
  files_.reset();
  EXPECT_EQ(told(), 0);
}

}  // namespace
}  // namespace gatehouse::app
