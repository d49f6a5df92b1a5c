#include "cli/testing/reference.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"
#include "cli/grammar.h"

namespace gatehouse::cli {
namespace {

using ::testing::HasSubstr;

// docs/reference/command-line.md of this checkout.
std::string document_path() {
  const std::filesystem::path here(__FILE__);
  return (here.parent_path() / "../../docs/reference/command-line.md").lexically_normal();
}

// With REGENERATE=1 in the environment it writes the document instead.
TEST(Reference, is_what_the_command_table_says) {
  const std::string path = document_path();
  const std::string written = gatehouse::testing::TemporaryFolder::read(path);
  ASSERT_FALSE(written.empty()) << path;
  const std::string made = testing::with_parts_made_anew(written);
  if (std::getenv("REGENERATE") != nullptr) {
    std::ofstream(path) << made;
    return;
  }
  EXPECT_EQ(written, made) << "REGENERATE=1 writes it anew";
}

TEST(Reference, has_a_part_for_every_verb) {
  const std::string written = gatehouse::testing::TemporaryFolder::read(document_path());
  for (const Verb& verb : verbs()) {
    const std::string_view part = verb.noun.empty() ? verb.name : verb.noun;
    EXPECT_THAT(written, HasSubstr(fmt::format("<!-- from the command table: {} -->\n", part)));
  }
}

}  // namespace
}  // namespace gatehouse::cli
