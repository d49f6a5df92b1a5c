#include "config/settle_changed.h"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

Document document(std::string_view yaml) {
  Reading reading = read_text(yaml, "test.yaml", Origin::Source::api, {});
  EXPECT_FALSE(has_errors(reading.diagnostics)) << render(reading.diagnostics);
  return std::move(reading.document);
}

constexpr std::string_view kBefore =
    "version: 1\nsites:\n  a.example: http://127.0.0.1:1\n  c.example: http://127.0.0.1:3\n";

class SettledChanges : public ::testing::TestWithParam<const char*> {};

TEST_P(SettledChanges, one_site_gives_what_settling_everything_gives) {
  const Document after = document(GetParam());
  const auto again = settle_changed(*settle(document(kBefore)).settings, after,
                                    {"a.example", "b.example", "c.example"});
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *settle(after).settings);
}

INSTANTIATE_TEST_SUITE_P(
    Configurations, SettledChanges,
    ::testing::Values(
        "version: 1\n", kBefore.data(),
        "version: 1\nsites:\n  a.example: http://127.0.0.1:9\n  c.example: http://127.0.0.1:3\n",
        "version: 1\nsites:\n  a.example: http://127.0.0.1:1\n  b.example: http://127.0.0.1:2\n"
        "  c.example: http://127.0.0.1:3\n",
        "version: 1\nsites:\n  b.example: {listen: [\":8443\"], enabled: false}\n"));

TEST(SettledChanges, a_wrong_site_is_left_to_settling_everything) {
  const Document after = document("version: 1\nsites:\n  b.example: gopher://127.0.0.1\n");
  EXPECT_FALSE(settle_changed(*settle(document(kBefore)).settings, after, {"b.example"}));
}

TEST(SettledChanges, a_name_that_another_site_has_is_left_to_settling_everything) {
  const Document after = document("version: 1\nsites:\n  b: {names: [a.example]}\n");
  EXPECT_FALSE(settle_changed(*settle(document(kBefore)).settings, after, {"b"}));
}

}  // namespace
}  // namespace gatehouse::config
