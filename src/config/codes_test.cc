#include "config/codes.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

namespace fs = std::filesystem;

fs::path source_folder() { return fs::path(__FILE__).parent_path().parent_path(); }

bool may_use_codes(const fs::path& file) {
  const std::string name = file.filename().string();
  return (name.ends_with(".cc") || name.ends_with(".h")) && !name.starts_with("codes") &&
         !name.ends_with("_test.cc");
}

// The codes that stand as string literals in the program.
std::set<std::string> used_codes() {
  std::set<std::string> used;
  const std::regex literal("\"(GH[0-9]{4})\"");
  for (const auto& entry : fs::recursive_directory_iterator(source_folder())) {
    if (!entry.is_regular_file() || !may_use_codes(entry.path())) continue;
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (std::sregex_iterator at(text.begin(), text.end(), literal), end; at != end; ++at) {
      used.insert((*at)[1]);
    }
  }
  return used;
}

TEST(Codes, each_that_the_program_uses_is_explained_and_each_explained_is_used) {
  std::set<std::string> explained;
  for (const Explanation& one : explanations()) explained.emplace(one.code);
  EXPECT_EQ(used_codes(), explained);
}

TEST(Codes, are_sorted_unique_and_in_the_table_of_their_thousand) {
  const auto check = [](std::span<const Explanation> table, std::string_view prefix) {
    for (const Explanation& one : table) {
      EXPECT_EQ(one.code.size(), 6u) << one.code;
      EXPECT_TRUE(one.code.starts_with(prefix)) << one.code;
    }
    EXPECT_TRUE(std::ranges::is_sorted(table, std::less_equal<>{}, &Explanation::code));
  };
  for (const auto table : {file_codes(), reading_codes()}) check(table, "GH2");
  for (const auto table : {site_codes(), process_codes(), together_codes()}) check(table, "GH3");
  check(change_codes(), "GH4");
  EXPECT_TRUE(std::ranges::is_sorted(explanations(), std::less_equal<>{}, &Explanation::code));
}

TEST(Codes, explanations_have_sentences_and_say_what_is_right) {
  for (const Explanation& one : explanations()) {
    EXPECT_FALSE(one.title.empty()) << one.code;
    EXPECT_GE(one.text.size(), 120u) << one.code << " is explained in some sentences";
    EXPECT_NE(one.text.find("\nright:\n"), std::string_view::npos) << one.code;
    EXPECT_FALSE(one.text.ends_with('\n')) << one.code;
    for (std::size_t at = 0; at < one.text.size();) {
      const auto end = std::min(one.text.find('\n', at), one.text.size());
      EXPECT_LE(end - at, 100u) << one.code << ": " << one.text.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(Codes, are_found_as_a_person_types_them) {
  for (const char* typed : {"GH2107", "gh2107", "2107"}) {
    ASSERT_TRUE(explain(typed)) << typed;
    EXPECT_EQ(explain(typed)->title, "unknown field");
  }
  for (const char* typed : {"", "GH", "GH9999", "GH21077", "upstrem"}) {
    EXPECT_FALSE(explain(typed)) << typed;
  }
}

}  // namespace
}  // namespace gatehouse::config
