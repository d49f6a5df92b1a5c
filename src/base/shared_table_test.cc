#include "base/shared_table.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using Table = SharedTable<int>;
using Model = std::map<std::string, int, std::less<>>;

void expect_same(const Table& table, const Model& model) {
  EXPECT_EQ(table.size(), model.size());
  for (const auto& [key, value] : model) {
    const int* found = table.find(key);
    ASSERT_NE(found, nullptr) << key;
    EXPECT_EQ(*found, value) << key;
  }
  std::size_t seen = 0;
  table.each([&](std::string_view key, int value) {
    ++seen;
    const auto known = model.find(key);
    ASSERT_NE(known, model.end()) << key;
    EXPECT_EQ(known->second, value);
  });
  EXPECT_EQ(seen, model.size());
}

TEST(SharedTable, finds_nothing_while_it_is_empty) {
  const Table table;
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.find("a"), nullptr);
  EXPECT_EQ(table.find(""), nullptr);
}

TEST(SharedTable, finds_what_was_set_last) {
  Table table;
  table.set("a", 1);
  table.set("b", 2);
  table.set("a", 3);
  expect_same(table, {{"a", 3}, {"b", 2}});
}

TEST(SharedTable, forgets_what_is_erased_and_nothing_else) {
  Table table;
  for (int i = 0; i < 100; ++i) table.set(std::to_string(i), i);
  table.erase("17");
  table.erase("unknown");
  EXPECT_EQ(table.size(), 99U);
  EXPECT_EQ(table.find("17"), nullptr);
  EXPECT_EQ(*table.find("18"), 18);
}

TEST(SharedTable, a_copy_changes_without_the_table_that_it_was_made_of) {
  Table before;
  for (int i = 0; i < 100; ++i) before.set(std::to_string(i), i);
  Table after = before;
  after.set("5", -5);
  after.set("new", 1);
  after.erase("6");
  EXPECT_EQ(*before.find("5"), 5);
  EXPECT_EQ(*before.find("6"), 6);
  EXPECT_EQ(before.find("new"), nullptr);
  EXPECT_EQ(before.size(), 100U);
  EXPECT_EQ(*after.find("5"), -5);
  EXPECT_EQ(after.find("6"), nullptr);
  EXPECT_EQ(after.size(), 100U);
}

TEST(SharedTable, a_copy_shares_the_values_that_stay) {
  SharedTable<std::string> before;
  for (int i = 0; i < 1000; ++i) before.set(std::to_string(i), std::to_string(i));
  SharedTable<std::string> after = before;
  after.set("7", "other");
  std::size_t copied = 0;
  before.each([&](std::string_view key, const std::string& value) {
    if (after.find(key) != &value) ++copied;
  });
  EXPECT_GE(copied, 1U);
  EXPECT_LE(copied, 32U);  // those that lie beside it
}

TEST(SharedTable, is_empty_when_it_was_moved_from) {
  Table table;
  table.set("a", 1);
  const Table other = std::move(table);
  EXPECT_TRUE(table.empty());  // NOLINT(bugprone-use-after-move,hicpp-invalid-access-moved)
  EXPECT_EQ(table.find("a"), nullptr);
  EXPECT_EQ(*other.find("a"), 1);
}

// States that follow each other, each a copy of the one before with some changes; all stay right.
class SharedTables : public ::testing::TestWithParam<unsigned> {};

TEST_P(SharedTables, any_sequence_of_copies_and_changes_is_that_of_a_map) {
  std::mt19937 random(GetParam());
  std::vector<Table> tables(1);
  std::vector<Model> models(1);
  for (int state = 0; state < 30; ++state) {
    Table table = tables.back();
    Model model = models.back();
    for (unsigned i = random() % 40; i > 0; --i) {
      const std::string key = std::to_string(random() % 200);
      if (random() % 3 == 0) {
        table.erase(key);
        model.erase(key);
      } else {
        const int value = static_cast<int>(random() % 1000);
        table.set(key, value);
        model[key] = value;
      }
    }
    tables.push_back(std::move(table));
    models.push_back(std::move(model));
  }
  for (std::size_t i = 0; i < tables.size(); ++i) expect_same(tables[i], models[i]);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SharedTables, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace gatehouse
