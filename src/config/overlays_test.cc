// The files of conf.d beside a configuration.

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"
#include "config/document.h"

namespace gatehouse::config {
namespace {

namespace fs = std::filesystem;
using gatehouse::testing::in_unprivileged_child;
using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;
using ::testing::HasSubstr;

class OverlaysTest : public ::testing::Test {
 protected:
  OverlaysTest() {
    ::umask(022);
    main("version: 1\nsites:\n  a: http://127.0.0.1:1\n");
  }
  void main(std::string_view text) { put(file_, text); }
  void overlay(const std::string& name, std::string_view text) {
    put(folder_.path() / "conf.d" / name, text);
  }
  Reading read() const { return read_files(file_, {}); }
  // With the folder's name taken out.
  std::string messages() const {
    std::string text = render(read().diagnostics);
    const std::string folder = folder_.path().string() + "/";
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }

  TemporaryFolder folder_;
  fs::path file_ = folder_ / "gatehouse.yaml";
};

TEST_F(OverlaysTest, T8_are_read_in_the_order_of_their_names_whatever_their_kind) {
  overlay("20-b.yml", "sites: {a: http://127.0.0.1:20}\n");
  overlay("10-c.json", R"({"sites": {"a": "http://127.0.0.1:10", "json": "http://127.0.0.1:2"}})");
  overlay("30-a.yaml", "tls: modern\n");
  const Reading reading = read();
  EXPECT_EQ(render(reading.diagnostics), "");
  const auto& message = reading.document.message;
  EXPECT_EQ(message.sites().at("a").upstreams(0), "http://127.0.0.1:20");
  EXPECT_EQ(message.sites().at("json").upstreams(0), "http://127.0.0.1:2");
  EXPECT_EQ(message.tls().profile(), "modern");
  EXPECT_EQ(reading.document.origins.of(R"(sites."a".upstreams)").text(),
            (folder_.path() / "conf.d/20-b.yml").string() + ":1");
}

TEST_F(OverlaysTest, T8_symbolic_links_to_one_file_are_followed) {
  put(folder_ / "shared/common.yaml", "sites: {shared: http://127.0.0.1:9}\ntls: modern\n");
  fs::create_directories(folder_ / "conf.d");
  fs::create_symlink(folder_ / "shared/common.yaml", folder_ / "conf.d/10-one.yaml");
  fs::create_symlink("../shared/common.yaml", folder_ / "conf.d/20-two.yaml");
  const Reading reading = read();
  EXPECT_EQ(render(reading.diagnostics), "");
  EXPECT_EQ(reading.document.message.sites().size(), 2u);
  EXPECT_EQ(reading.document.origins.of("tls").text(),
            (folder_.path() / "conf.d/10-one.yaml").string() + ":2");
}

TEST_F(OverlaysTest, T8_the_folder_itself_may_be_a_link) {
  put(folder_ / "elsewhere/10.yaml", "tls: modern\n");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "conf.d");
  EXPECT_EQ(read().document.message.tls().profile(), "modern");
}

TEST_F(OverlaysTest, T8_a_link_to_nothing_is_an_error) {
  fs::create_directories(folder_ / "conf.d");
  fs::create_symlink("gone.yaml", folder_ / "conf.d/10.yaml");
  EXPECT_EQ(messages(),
            "error[GH2002]: this is a symbolic link to a file that does not exist\n"
            "  --> conf.d/10.yaml\n"
            "     = remove the link, or make the file\n");
}

TEST_F(OverlaysTest, T8_two_files_that_contradict_one_another_are_both_named) {
  overlay("10.yaml", "tls: modern\n");
  overlay("20.yaml", "tls: compatible\n");
  EXPECT_EQ(messages(),
            "error[GH2301]: `profile` of `tls` is `compatible` here and is `modern` at "
            "conf.d/10.yaml:1\n"
            "  --> conf.d/20.yaml:1:6\n"
            "   1 | tls: compatible\n"
            "     |      ^^^^^^^^^^ say it in one place only\n");
}

TEST_F(OverlaysTest, errors_of_all_files_come_together_in_the_order_of_reading) {
  main("version: 1\ntls: x\n");
  overlay("20.yaml", "tls: [\n");
  overlay("10.yaml", "lgos: {}\n");
  const Reading reading = read();
  std::vector<std::string> seen;
  for (const Diagnostic& one : reading.diagnostics) {
    seen.push_back(one.code + " " + fs::path(one.place.file).filename().string());
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"GH2112 gatehouse.yaml", "GH2107 10.yaml",
                                            "GH2006 20.yaml"}));
}

TEST_F(OverlaysTest, what_is_no_overlay_is_left_alone) {
  overlay("README", "not yaml: [");
  overlay(".10-hidden.yaml", "not yaml: [");
  overlay("10.yaml~", "not yaml: [");
  overlay("10.yaml.dpkg-old", "not yaml: [");
  EXPECT_EQ(messages(), "");
}

TEST_F(OverlaysTest, an_overlay_needs_no_version_and_may_be_empty) {
  overlay("10.yaml", "");
  overlay("20.yaml", "# tls: modern\n");
  overlay("30.yaml", "version: 1\n");
  EXPECT_EQ(messages(), "");
}

TEST_F(OverlaysTest, an_overlay_of_another_version_is_refused) {
  overlay("10.yaml", "version: 2\n");
  EXPECT_THAT(messages(), HasSubstr("error[GH2103]"));
}

TEST_F(OverlaysTest, without_the_main_file_there_is_no_configuration) {
  fs::remove(file_);
  EXPECT_EQ(messages(),
            "error[GH2001]: the configuration file does not exist\n"
            "  --> gatehouse.yaml\n"
            "     = create it; the line `version: 1` is enough to begin with\n");
  overlay("10.yaml", "tls: modern\n");
  EXPECT_EQ(messages(),
            "error[GH2001]: the configuration file does not exist; what is in conf.d beside it "
            "needs it\n"
            "  --> gatehouse.yaml\n"
            "     = create it; the line `version: 1` is enough to begin with\n");
}

TEST_F(OverlaysTest, a_folder_in_the_place_of_a_file_is_said) {
  fs::create_directories(folder_ / "conf.d/10.yaml");
  EXPECT_EQ(messages(),
            "error[GH2002]: this cannot be read: it is a folder\n"
            "  --> conf.d/10.yaml\n"
            "     = put a file with the configuration there, or remove it\n");
}

TEST_F(OverlaysTest, a_pipe_is_not_waited_for) {
  fs::create_directories(folder_ / "conf.d");
  ASSERT_EQ(::mkfifo((folder_ / "conf.d/10.yaml").c_str(), 0600), 0);
  EXPECT_THAT(messages(), HasSubstr("this cannot be read: it is no regular file"));
}

TEST_F(OverlaysTest, a_file_in_the_place_of_the_folder_is_said) {
  put(folder_ / "conf.d", "");
  EXPECT_THAT(messages(), HasSubstr("this cannot be read: not a directory\n  --> conf.d\n"));
}

TEST_F(OverlaysTest, what_may_not_be_read_is_said) {
  overlay("10.yaml", "tls: modern\n");
  fs::permissions(folder_ / "conf.d/10.yaml", fs::perms::none);
  fs::permissions(folder_.path(), fs::perms::all);
  EXPECT_EQ(in_unprivileged_child([this] {
              return messages() ==
                             "error[GH2002]: this cannot be read: permission denied\n"
                             "  --> conf.d/10.yaml\n"
                             "     = let gatehouse's user read it, and every folder above it\n"
                         ? 0
                         : 1;
            }),
            0);
}

TEST_F(OverlaysTest, a_file_larger_than_4_MiB_is_refused) {
  overlay("10.yaml", std::string((std::size_t{4} << 20) + 1, '#'));
  EXPECT_THAT(messages(), HasSubstr("error[GH2003]: the file is larger than 4 MiB"));
}

TEST_F(OverlaysTest, a_file_that_others_may_write_names_no_files) {
  put(folder_ / "owner", "filesrv\n");
  const std::string text =
      "sites: {b: {owner: \"${file:" + (folder_ / "owner").string() + "}\"}}\n";
  overlay("10.yaml", text);
  EXPECT_EQ(messages(), "");
  fs::permissions(folder_ / "conf.d/10.yaml", fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(messages(), HasSubstr("error[GH2405]"));
}

TEST_F(OverlaysTest, what_others_can_change_is_taken_with_a_warning) {
  overlay("10.yaml", "tls: modern\n");
  EXPECT_EQ(messages(), "");
  const auto warning = [](std::string_view who, std::string_view what, std::string_view place) {
    return fmt::format(
        "warning[GH2013]: {} can change this {}, and with it what is served\n  --> {}\n     = let "
        "it "
        "belong to root and only its owner write it: chown root, chmod go-w\n",
        who, what, place);
  };
  const std::string group = fmt::format("the group {}", ::getegid());
  using Add = fs::perm_options;
  fs::permissions(folder_ / "conf.d/10.yaml", fs::perms::group_write, Add::add);
  EXPECT_EQ(messages(), warning(group, "file", "conf.d/10.yaml"));
  fs::permissions(file_, fs::perms::others_write, Add::add);
  EXPECT_THAT(messages(), HasSubstr(warning("everybody", "file", "gatehouse.yaml")));
  fs::permissions(folder_ / "conf.d", fs::perms::others_write, Add::add);
  EXPECT_THAT(messages(), HasSubstr(warning("everybody", "folder", "conf.d")));
  const Reading reading = read();
  EXPECT_FALSE(has_errors(reading.diagnostics));
  EXPECT_EQ(reading.document.message.tls().profile(), "modern");
}

TEST_F(OverlaysTest, what_belongs_to_another_user_is_taken_with_a_warning) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(::chown(file_.c_str(), 64990, 64990), 0);
  EXPECT_THAT(messages(), HasSubstr("warning[GH2013]: the user 64990 can change this file"));
}

TEST_F(OverlaysTest, thousands_of_files_are_one_configuration) {
  for (int i = 0; i < 2000; ++i) {
    overlay(fmt::format("{:04}.yaml", i), fmt::format("sites: {{s{}: http://127.0.0.1:1}}\n", i));
  }
  const Reading reading = read();
  EXPECT_EQ(render(reading.diagnostics), "");
  EXPECT_EQ(reading.document.message.sites().size(), 2001u);
}

}  // namespace
}  // namespace gatehouse::config
