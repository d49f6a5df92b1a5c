#include "certs/store/state_folder.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using testing::content_of;
using ::testing::HasSubstr;
using testing::in_child;
using testing::in_unprivileged_child;
using testing::put;
using testing::TemporaryFolder;

unsigned mode_of(const fs::path& path) {
  struct stat facts{};
  return stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
}

std::string text_of(const Result<std::optional<Secret>>& secret) {
  return std::string(as_text(secret.value().value().view()));
}

TEST(StateFolder, is_made_private_with_its_parents) {
  const TemporaryFolder home;
  const fs::path path = home / ".local/state/gatehouse";
  ASSERT_TRUE(StateFolder::open(path));
  EXPECT_EQ(mode_of(path), 0700u);
  EXPECT_EQ(mode_of(path.parent_path()), 0700u);
  EXPECT_TRUE(StateFolder::open(path)) << "a second time";
}

TEST(StateFolder, keeps_what_is_written_with_the_right_modes) {
  const TemporaryFolder home;
  const auto folder = StateFolder::open(home / "state").value();
  auto writer = folder.writer().value();
  ASSERT_TRUE(writer.write_secret("ca/root.pem", Secret("the key")));
  ASSERT_TRUE(writer.write_public("ca/root.crt", "the certificate"));
  EXPECT_EQ(text_of(folder.read("ca/root.pem")), "the key");
  EXPECT_EQ(text_of(folder.read("ca/root.crt")), "the certificate");
  EXPECT_EQ(mode_of(home / "state/ca"), 0700u);
  EXPECT_EQ(mode_of(home / "state/ca/root.pem"), 0600u);
  EXPECT_EQ(mode_of(home / "state/ca/root.crt"), 0644u);
  EXPECT_FALSE(folder.read("ca/other.pem").value());
  EXPECT_FALSE(folder.read("nowhere/other.pem").value());
}

TEST(StateFolder, moves_and_erases_a_file_and_the_folder_that_is_empty_then) {
  const TemporaryFolder home;
  const auto folder = StateFolder::open(home / "state").value();
  auto writer = folder.writer().value();
  ASSERT_TRUE(writer.write_secret("ca/root.pem", Secret("the key")));
  ASSERT_TRUE(writer.write_public("ca/root.crt", "the certificate"));
  ASSERT_TRUE(writer.move("ca/root.pem", "before-store/root.pem"));
  EXPECT_FALSE(folder.read("ca/root.pem").value());
  EXPECT_EQ(text_of(folder.read("before-store/root.pem")), "the key");
  EXPECT_EQ(mode_of(home / "state/before-store"), 0700u);
  EXPECT_EQ(mode_of(home / "state/before-store/root.pem"), 0600u);
  EXPECT_FALSE(writer.move("ca/root.pem", "before-store/root.pem")) << "it is not there any more";
  EXPECT_EQ(text_of(folder.read("before-store/root.pem")), "the key");
  ASSERT_TRUE(writer.erase("before-store/root.pem"));
  EXPECT_FALSE(std::filesystem::exists(home / "state/before-store"));
  ASSERT_TRUE(writer.erase("before-store/root.pem")) << "it is erased already";
  EXPECT_EQ(text_of(folder.read("ca/root.crt")), "the certificate");
}

TEST(StateFolder, replaces_a_file_as_a_whole_and_leaves_nothing_beside_it) {
  const TemporaryFolder home;
  const auto folder = StateFolder::open(home / "state").value();
  auto writer = folder.writer().value();
  ASSERT_TRUE(writer.write_secret("a", Secret("a long first content")));
  ASSERT_TRUE(writer.write_secret("a", Secret("short")));
  EXPECT_EQ(text_of(folder.read("a")), "short");
  EXPECT_EQ(std::distance(fs::directory_iterator(home / "state"), {}), 2)
      << "the file and the lock";
}

TEST(StateFolder, open_to_others_is_refused_with_the_remedy_M7) {
  const TemporaryFolder home;
  for (const unsigned mode : {0755u, 0750u, 0710u, 0701u, 0777u, 01777u}) {
    const fs::path path = home / "state";
    fs::create_directory(path);
    chmod(path.c_str(), mode);
    const auto folder = StateFolder::open(path);
    ASSERT_FALSE(folder) << mode;
    EXPECT_THAT(folder.error().what, HasSubstr("chmod 700 " + path.string()));
    EXPECT_EQ(folder.error().kind, ErrorKind::not_permitted);
    EXPECT_EQ(mode_of(path), mode) << "nothing is changed behind the owner's back";
  }
}

TEST(StateFolder, of_another_user_is_refused_M7) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a folder of another user";
  const TemporaryFolder home;
  const fs::path path = home / "state";
  fs::create_directory(path);
  chmod(path.c_str(), 0700);
  ASSERT_EQ(chown(path.c_str(), testing::kNobody, testing::kNobody), 0);
  const auto folder = StateFolder::open(path);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().what, HasSubstr("belongs to user 65534"));
  EXPECT_EQ(folder.error().kind, ErrorKind::not_permitted);
}

TEST(StateFolder, where_others_could_exchange_it_is_refused_M7) {
  const TemporaryFolder home;
  fs::create_directory(home / "open");
  chmod((home / "open").c_str(), 0777);
  const auto folder = StateFolder::open(home / "open/below/state");
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().what, HasSubstr("chmod o-w " + (home / "open").string()));
  chmod((home / "open").c_str(), 01777);
  EXPECT_TRUE(StateFolder::open(home / "open/below/state")) << "sticky, as /tmp is";
}

TEST(StateFolder, reached_through_a_link_is_judged_where_it_really_is) {
  const TemporaryFolder home;
  fs::create_directory(home / "open");
  fs::create_directory(home / "open/state");
  chmod((home / "open/state").c_str(), 0700);
  chmod((home / "open").c_str(), 0777);
  fs::create_symlink(home / "open/state", home / "link");
  EXPECT_FALSE(StateFolder::open(home / "link"));
}

TEST(StateFolder, under_a_temporary_folder_is_doubtful_M7) {
  const TemporaryFolder home;
  const auto folder = StateFolder::open(home / "state").value();
  if (home.path().string().starts_with("/tmp/")) {
    EXPECT_THAT(folder.doubt().value(), HasSubstr("is temporary"));
  }
}

TEST(StateFolder, a_second_writer_waits_and_then_says_who_is_in_the_way) {
  const TemporaryFolder home;
  const auto folder = StateFolder::open(home / "state").value();
  const auto other = StateFolder::open(home / "state").value();
  {
    const auto writer = folder.writer().value();
    const auto second = other.writer(std::chrono::milliseconds(1));
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().retry);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_THAT(second.error().what, HasSubstr("another gatehouse"));
  }
  EXPECT_TRUE(other.writer(std::chrono::milliseconds(1)));
}

TEST(StateFolder, a_full_disk_is_one_sentence_and_the_old_content_stays) {
  const TemporaryFolder home;
  const fs::path path = home / "state";
  {
    const auto folder = StateFolder::open(path).value();
    ASSERT_TRUE(folder.writer().value().write_secret("ca/root.pem", Secret("old")));
  }
  const int verdict = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit bound{100, 100};
    setrlimit(RLIMIT_FSIZE, &bound);
    const auto folder = StateFolder::open(path).value();
    const auto written =
        folder.writer().value().write_secret("ca/root.pem", Secret(std::string(1000, 'x')));
    if (written) return 1;
    const std::string& what = written.error().what;
    return what.find("ca/root.pem could not be written: File too large; make room") == what.npos
               ? 2
               : 0;
  });
  EXPECT_EQ(verdict, 0);
  EXPECT_EQ(content_of(path / "ca/root.pem"), "old");
  EXPECT_FALSE(fs::exists(path / "ca/root.pem.new"));
}

TEST(StateFolder, on_a_small_full_file_system_keeps_the_old_content) {
  const TemporaryFolder home;
  fs::create_directory(home / "disk");
  if (mount("gatehouse-test", (home / "disk").c_str(), "tmpfs", 0, "size=64k,mode=0700") != 0) {
    GTEST_SKIP() << "a tmpfs cannot be mounted here";
  }
  std::string what;
  {
    const auto folder = StateFolder::open(home / "disk/state").value();
    auto writer = folder.writer().value();
    EXPECT_TRUE(writer.write_secret("ca/root.pem", Secret("old")));
    put(home / "disk/filler", "");
    fs::resize_file(home / "disk/filler", 0);
    std::ofstream(home / "disk/filler") << std::string(60'000, 'x');
    const auto written = writer.write_secret("ca/root.pem", Secret(std::string(30'000, 'x')));
    if (!written) what = written.error().what;
    EXPECT_EQ(content_of(home / "disk/state/ca/root.pem"), "old");
  }
  umount((home / "disk").c_str());
  EXPECT_THAT(what, HasSubstr("No space left on device; make room"));
}

TEST(StateFolder, that_cannot_be_written_is_one_sentence) {
  const TemporaryFolder home;
  const fs::path path = home / "state";
  put(path / "ca/root.pem", "old");
  if (geteuid() == 0) {
    for (const auto& one : {home.path(), path, path / "ca"}) {
      ASSERT_EQ(chown(one.c_str(), testing::kNobody, testing::kNobody), 0);
    }
  }
  chmod((path / "ca").c_str(), 0500);
  chmod(path.c_str(), 0700);
  const int verdict = in_unprivileged_child([&] {
    const auto folder = StateFolder::open(path);
    if (!folder) return 1;
    const auto written = folder->writer().value().write_secret("ca/root.pem", Secret("new"));
    if (written || written.error().kind != ErrorKind::not_permitted) return 2;
    return written.error().what.find("Permission denied; give this user the right") ==
                   std::string::npos
               ? 3
               : 0;
  });
  EXPECT_EQ(verdict, 0);
  EXPECT_EQ(content_of(path / "ca/root.pem"), "old");
}

TEST(StateFolder, whose_parent_cannot_be_written_is_one_sentence) {
  const int verdict = in_unprivileged_child([&] {
    const auto folder = StateFolder::open("/usr/lib/gatehouse-state-test/below");
    if (folder || folder.error().kind != ErrorKind::not_permitted) return 1;
    return folder.error().what.starts_with("/usr/lib/gatehouse-state-test could not be made: ") ? 0
                                                                                                : 2;
  });
  EXPECT_EQ(verdict, 0);
}

TEST(StateFolder, killed_at_any_step_shows_the_old_or_the_new_content_and_cleans_up) {
  const TemporaryFolder home;
  const fs::path path = home / "state";
  const auto write = [&](std::string content, BeforeStep before) {
    const auto folder = StateFolder::open(path, std::move(before)).value();
    return folder.writer().value().write_secret("ca/root.pem", Secret(content)).has_value() ? 0 : 1;
  };
  int killed = 0;
  for (int last = 0;; ++last) {
    fs::remove_all(path);
    ASSERT_EQ(write("old", {}), 0);
    const int ended = in_child([&] {
      int step = 0;
      return write("new", [&](std::string_view) {
        if (step++ == last) raise(SIGKILL);
      });
    });
    const std::string found = content_of(path / "ca/root.pem");
    ASSERT_TRUE(found == "old" || found == "new") << last << ": " << found;
    ASSERT_TRUE(StateFolder::open(path).value().writer());
    EXPECT_FALSE(fs::exists(path / "ca/root.pem.new"));
    if (ended != testing::kKilled) break;
    ++killed;
  }
  EXPECT_EQ(killed, 5) << "open, write, synchronize, rename, synchronize";
}

TEST(StateFolder, a_file_that_is_too_large_or_no_file_is_not_read) {
  const TemporaryFolder home;
  const auto folder = StateFolder::open(home / "state").value();
  put(home / "state/large", std::string((1 << 20) + 1, 'x'));
  put(home / "state/full", std::string(1 << 20, 'x'));
  fs::create_directory(home / "state/folder");
  EXPECT_THAT(folder.read("large").error().what, HasSubstr("File too large"));
  EXPECT_TRUE(folder.read("full"));
  EXPECT_FALSE(folder.read("folder"));
}

}  // namespace
}  // namespace gatehouse::certs
