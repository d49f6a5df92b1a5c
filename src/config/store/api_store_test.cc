#include "config/store/api_store.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"

namespace gatehouse::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AnApiStore : public ::testing::Test {
 protected:
  Revision revision(std::uint64_t number, std::string why = "") const {
    return {
        number, "2026-11-21T12:00:00Z", "root (uid 0)", std::move(why), {"site a.example appears"}};
  }
  std::filesystem::path state() const { return folder_ / "state"; }
  void put(const std::string& name, std::string_view text) const {
    std::ofstream(state() / name) << text;
    ::chmod((state() / name).c_str(), 0600);
  }

  gatehouse::testing::TemporaryFolder folder_;
  ApiStore store_{state()};
};

TEST_F(AnApiStore, is_empty_at_first_and_makes_nothing_on_the_disk) {
  EXPECT_FALSE(store_.current().value());
  EXPECT_THAT(store_.history().value(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(state()));
}

TEST_F(AnApiStore, gives_back_what_was_kept_last) {
  ASSERT_TRUE(store_.keep(revision(2), "version: 1\n"));
  ASSERT_TRUE(store_.keep(revision(3, "because"), "version: 1\nemail: x\n"));
  const auto kept = ApiStore(state()).current().value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->revision.number, 3U);
  EXPECT_EQ(kept->revision.why, "because");
  EXPECT_EQ(kept->revision.who, "root (uid 0)");
  EXPECT_THAT(kept->revision.summary, ElementsAre("site a.example appears"));
  EXPECT_EQ(kept->yaml, "version: 1\nemail: x\n");
}

TEST_F(AnApiStore, tells_its_history_newest_first) {
  for (const std::uint64_t number : {2, 3, 10}) ASSERT_TRUE(store_.keep(revision(number), "{}\n"));
  const auto history = store_.history().value();
  ASSERT_THAT(history, SizeIs(3));
  EXPECT_EQ(history[0].number, 10U);
  EXPECT_EQ(history[2].number, 2U);
}

TEST_F(AnApiStore, remembers_the_newest_hundred) {
  for (std::uint64_t number = 1; number <= ApiStore::kMost + 5; ++number) {
    ASSERT_TRUE(store_.keep(revision(number), "{}\n"));
  }
  const auto history = store_.history().value();
  ASSERT_THAT(history, SizeIs(ApiStore::kMost));
  EXPECT_EQ(history.back().number, 6U);
  EXPECT_FALSE(store_.at(5));
}

TEST_F(AnApiStore, gives_back_an_earlier_state) {
  ASSERT_TRUE(store_.keep(revision(2), "version: 1\n"));
  ASSERT_TRUE(store_.keep(revision(3), "{}\n"));
  EXPECT_EQ(store_.at(2)->yaml, "version: 1\n");
}

TEST_F(AnApiStore, says_that_a_revision_is_not_kept) {
  const auto missing = store_.at(77);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_THAT(missing.error().what, HasSubstr("revision 77"));
}

TEST_F(AnApiStore, does_not_tell_of_a_revision_that_never_came_into_force) {
  ASSERT_TRUE(store_.keep(revision(2), "{}\n"));
  put("config/history-3.yaml", revision_text(revision(3), "{}\n"));
  EXPECT_THAT(store_.history().value(), SizeIs(1));
}

TEST_F(AnApiStore, names_a_damaged_file_and_the_remedy) {
  ASSERT_TRUE(store_.keep(revision(2), "{}\n"));
  put("config/api.yaml", "rubbish");
  const auto damaged = store_.current();
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().kind, ErrorKind::invalid);
  EXPECT_THAT(damaged.error().what, HasSubstr("config/api.yaml is damaged"));
}

TEST_F(AnApiStore, shows_what_it_keeps_to_nobody_else) {
  ASSERT_TRUE(store_.keep(revision(2), "{}\n"));
  struct stat status{};
  ASSERT_EQ(::stat((state() / "config/api.yaml").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 077, 0U);
}

TEST(RevisionText, reads_back_what_it_wrote) {
  const Revision written{7, "2026-11-21T12:00:00Z", "anna (uid 1000)", "new site", {"a", "b: c"}};
  const auto kept = parse_revision(revision_text(written, "version: 1\n")).value();
  EXPECT_EQ(kept.revision.number, 7U);
  EXPECT_EQ(kept.revision.who, written.who);
  EXPECT_EQ(kept.revision.why, written.why);
  EXPECT_EQ(kept.revision.summary, written.summary);
  EXPECT_EQ(kept.yaml, "version: 1\n");
}

TEST(RevisionText, keeps_a_reason_with_line_ends_inside_its_comment) {
  const Revision written{7, "now", "root", "one\nsites: {evil: {}}", {}};
  const auto kept = parse_revision(revision_text(written, "{}\n")).value();
  EXPECT_EQ(kept.yaml, "{}\n");
  EXPECT_EQ(kept.revision.why, "one sites: {evil: {}}");
}

TEST(RevisionText, refuses_a_text_without_a_number) {
  EXPECT_FALSE(parse_revision(""));
  EXPECT_FALSE(parse_revision("# who: me\n{}\n"));
  EXPECT_FALSE(parse_revision("version: 1\n"));
}

}  // namespace
}  // namespace gatehouse::config
