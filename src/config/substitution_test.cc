#include "config/substitution.h"

#include <filesystem>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"

namespace gatehouse::config {
namespace {

namespace fs = std::filesystem;
using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;

class SubstitutionTest : public ::testing::Test {
 protected:
  SubstitutionTest() { ::umask(022); }

  ReadOptions options(bool may_read_files = true) {
    return {.environment = [](const std::string& name) -> std::optional<std::string> {
              if (name == "HOST") return "10.0.0.5";
              if (name == "TRICK") return "${env:HOST}$${";
              if (name == "BIG") return std::string(std::size_t{1} << 20, 'x');
              return std::nullopt;
            },
            .credentials = folder_.path() / "credentials",
            .may_read_files = may_read_files};
  }
  Substituted apply(std::string_view text, bool may_read_files = true) {
    const ReadOptions with = options(may_read_files);
    return Substitution(with).apply(text, true);
  }
  std::string trouble(const std::string& text) {
    const Substituted result = apply(text);
    return result.troubles.empty() ? "" : result.troubles.front().code;
  }

  TemporaryFolder folder_;
};

TEST_F(SubstitutionTest, puts_a_variable_in_wherever_it_stands) {
  EXPECT_EQ(apply("http://${env:HOST}:80/${env:HOST}").text, "http://10.0.0.5:80/10.0.0.5");
  EXPECT_TRUE(apply("${env:HOST}").any);
  EXPECT_FALSE(apply("nothing").any);
}

TEST_F(SubstitutionTest, what_was_put_in_is_not_looked_at_again) {
  EXPECT_EQ(apply("a${env:TRICK}b").text, "a${env:HOST}$${b");
}

TEST_F(SubstitutionTest, a_doubled_dollar_is_a_plain_one_before_a_brace) {
  EXPECT_EQ(apply("$${env:HOST}").text, "${env:HOST}");
  EXPECT_EQ(apply("$$${env:HOST}").text, "$${env:HOST}");
  EXPECT_EQ(apply("$5 $$ {x} $").text, "$5 $$ {x} $");
  EXPECT_FALSE(apply("$${env:HOST}").any);
}

TEST_F(SubstitutionTest, a_reference_that_names_nothing_is_refused) {
  for (const char* text :
       {"${HOST}", "${}", "${env:}", "${env:9}", "${env:A-B}", "${vault:x}", "${env:HOST",
        "${cred:}", "${cred:../x}", "${cred:.x}", "${cred:a/b}", "${ENV:HOST}", "${env: HOST}"}) {
    EXPECT_EQ(trouble(text), "GH2401") << text;
  }
}

TEST_F(SubstitutionTest, every_missing_variable_is_named) {
  const Substituted result = apply("${env:A}${env:HOST}${env:B}");
  ASSERT_EQ(result.troubles.size(), 2u);
  EXPECT_EQ(result.troubles[0].reference, "${env:A}");
  EXPECT_EQ(result.troubles[1].message, "the environment variable `B` is not set");
}

TEST_F(SubstitutionTest, without_an_environment_nothing_is_set) {
  const ReadOptions none;
  EXPECT_EQ(Substitution(none).apply("${env:HOST}", true).troubles.at(0).code, "GH2402");
}

TEST_F(SubstitutionTest, takes_a_file_without_the_line_end_behind_it) {
  put(folder_ / "value", "filesrv\n");
  fs::create_symlink(folder_ / "value", folder_ / "link");
  const std::string file = (folder_ / "link").string();
  EXPECT_EQ(apply("a-${file:" + file + "}-b").text, "a-filesrv-b");
}

TEST_F(SubstitutionTest, a_file_that_others_may_write_is_refused) {
  put(folder_ / "value", "filesrv\n");
  for (const auto mode : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(folder_ / "value", fs::perms::owner_read | mode);
    EXPECT_EQ(trouble("${file:" + (folder_ / "value").string() + "}"), "GH2403");
  }
}

TEST_F(SubstitutionTest, a_file_of_somebody_else_is_refused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  put(folder_ / "value", "filesrv\n");
  ASSERT_EQ(::chown((folder_ / "value").c_str(), gatehouse::testing::kNobody, 0), 0);
  EXPECT_EQ(trouble("${file:" + (folder_ / "value").string() + "}"), "GH2403");
}

TEST_F(SubstitutionTest, what_is_no_file_is_refused) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  for (const std::string& name :
       {std::string("relative"), folder_.path().string(), (folder_ / "none").string(),
        (folder_ / "pipe").string(), std::string("/dev/zero")}) {
    EXPECT_EQ(trouble("${file:" + name + "}"), "GH2403") << name;
  }
}

TEST_F(SubstitutionTest, sizes_are_bounded) {
  put(folder_ / "full", std::string(Substitution::kLargestFile, 'x'));
  put(folder_ / "more", std::string(Substitution::kLargestFile + 1, 'x'));
  EXPECT_EQ(trouble("${file:" + (folder_ / "full").string() + "}"), "");
  EXPECT_EQ(trouble("${file:" + (folder_ / "more").string() + "}"), "GH2403");

  const ReadOptions with = options();
  Substitution all(with);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(all.apply("${env:BIG}", true).troubles.empty());
  EXPECT_EQ(all.apply("${env:HOST}", true).troubles.at(0).code, "GH2406");
}

TEST_F(SubstitutionTest, takes_a_credential) {
  put(folder_ / "credentials/token", "secret\n");
  EXPECT_EQ(apply("${cred:token}").text, "secret");
  EXPECT_EQ(trouble("${cred:other}"), "GH2404");
}

TEST_F(SubstitutionTest, without_a_folder_there_are_no_credentials) {
  const ReadOptions none;
  EXPECT_EQ(Substitution(none).apply("${cred:token}", true).troubles.at(0).code, "GH2404");
}

TEST_F(SubstitutionTest, the_api_and_a_file_that_others_may_write_read_no_files) {
  put(folder_ / "credentials/token", "secret\n");
  put(folder_ / "value", "secret\n");
  for (const std::string& text :
       {std::string("${cred:token}"), "${file:" + (folder_ / "value").string() + "}"}) {
    EXPECT_EQ(apply(text, false).troubles.at(0).code, "GH2405");
    const ReadOptions with = options();
    EXPECT_EQ(Substitution(with).apply(text, false).troubles.at(0).code, "GH2405");
  }
}

}  // namespace
}  // namespace gatehouse::config
