#include "certs/store/summary_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/record_codec.h"
#include "certs/store/store_keys.h"
#include "kv/memory_engine.h"

namespace gatehouse::certs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RecordSummary summary(char fill) {
  return {.id = RecordId::parse(std::string(32, fill)).value(), .names = {"a.example"}};
}

void put(kv::Engine& engine, Shelf shelf, const RecordSummary& one) {
  ASSERT_TRUE(engine.commit({{}, {kv::Put{keys::summary(shelf, one.id), encode_summary(one)}}}));
}

TEST(SummaryScan, visits_every_summary_of_the_shelf_in_order) {
  kv::MemoryEngine engine;
  put(engine, Shelf::identities, summary('2'));
  put(engine, Shelf::identities, summary('1'));
  put(engine, Shelf::anchors, summary('3'));
  std::vector<RecordSummary> seen;
  ASSERT_TRUE(for_each_summary(engine, Shelf::identities,
                               [&](const RecordSummary& one) { seen.push_back(one); }));
  EXPECT_THAT(seen, ElementsAre(summary('1'), summary('2')));
}

TEST(SummaryScan, names_a_damaged_entry) {
  kv::MemoryEngine engine;
  const auto key = keys::summary(Shelf::identities, summary('1').id);
  ASSERT_TRUE(engine.commit({{}, {kv::Put{key, {1}}}}));
  const auto failed = for_each_summary(engine, Shelf::identities, [](const RecordSummary&) {});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().what, HasSubstr(key));
}

}  // namespace
}  // namespace gatehouse::certs
