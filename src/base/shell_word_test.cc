#include "base/shell_word.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(ShellWord, an_ordinary_path_stays_as_it_is) {
  EXPECT_EQ(shell_word("/home/me/.local/state/gatehouse"), "/home/me/.local/state/gatehouse");
}

TEST(ShellWord, what_a_shell_would_read_otherwise_is_quoted) {
  EXPECT_EQ(shell_word("/my folder/$x"), "'/my folder/$x'");
  EXPECT_EQ(shell_word("~/state"), "'~/state'");
  EXPECT_EQ(shell_word("a=b"), "'a=b'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(ShellWord, a_quote_inside_is_kept) { EXPECT_EQ(shell_word("it's"), R"('it'\''s')"); }

}  // namespace
}  // namespace gatehouse
