#include "config/settle_changed.h"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>
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
  EXPECT_EQ(*again->settings, *settle(after).settings);
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

TEST(SettledChanges, two_sites_for_every_name_are_left_to_settling_everything) {
  const Document before = document("version: 1\nsites:\n  a: {names: [\"*\"]}\n");
  const Document after = document("version: 1\nsites:\n  b: {names: [\"*\"]}\n");
  EXPECT_FALSE(settle_changed(*settle(before).settings, after, {"b"}));
}

TEST(SettledChanges, a_site_that_a_binding_needs_is_left_to_settling_everything) {
  const Document before = document(
      "version: 1\nsites:\n  a.example: http://127.0.0.1:1\n"
      "bindings: {b: {at: [\"127.0.0.1:443\"], site: a.example}}\n");
  EXPECT_FALSE(settle_changed(*settle(before).settings, document("version: 1\n"), {"a.example"}));
}

TEST(SettledChanges, tell_what_there_is_to_say_of_the_sites_that_changed_and_of_no_other) {
  const Document before = document("version: 1\nsites:\n  a.example: http://10.0.0.1:1\n");
  const Document after = document("version: 1\nsites:\n  b.example: http://10.0.0.2:2\n");
  const auto again = settle_changed(*settle(before).settings, after, {"b.example"});
  ASSERT_TRUE(again);
  ASSERT_EQ(again->diagnostics.size(), 1U);
  EXPECT_EQ(again->diagnostics[0].code, "GH3501");
  EXPECT_TRUE(again->diagnostics[0].message.starts_with("site `b.example`"));
}

// ------------------------------------------------------------------ any sequence of changes

// Configurations around a few names and addresses, so that sites get into each other's way.
class AnyConfiguration {
 public:
  explicit AnyConfiguration(unsigned seed) : random_(seed) {}

  // Returns the sites that are otherwise now.
  std::set<std::string> change(Document& document) {
    std::set<std::string> changed;
    for (unsigned i = 1 + pick(3); i > 0; --i) {
      const std::string key = fmt::format("s{}.example", pick(8));
      changed.insert(key);
      auto& sites = *document.message.mutable_sites();
      if (pick(4) == 0) {
        sites.erase(key);
      } else {
        sites[key] = site();
      }
    }
    return changed;
  }

 private:
  unsigned pick(unsigned below) { return random_() % below; }

  api::Site site() {
    static constexpr std::array kListen{":443",           ":8443",        "127.0.0.1:8443",
                                        "localhost:9443", "http://:8080", "http://:8443"};
    api::Site made;
    made.add_upstreams(pick(20) == 0 ? "http://10.1.2.3:80" : "http://127.0.0.1:3000");
    if (pick(3) == 0) made.add_names(fmt::format("s{}.example", pick(8)));
    if (pick(6) == 0) made.add_names("*");
    if (pick(6) == 0) made.add_names("*.s1.example");
    if (pick(2) == 0) made.add_listen(kListen[pick(kListen.size())]);
    if (pick(4) == 0) made.set_enabled(false);
    if (pick(2) == 0) made.mutable_http()->set_off(true);
    if (pick(30) == 0) made.set_tls_profile("unknown");
    return made;
  }

  std::mt19937 random_;
};

class AnySequence : public ::testing::TestWithParam<unsigned> {};

// Of all that is said, what is about these sites.
std::string about(const Diagnostics& all, const std::set<std::string>& sites) {
  Diagnostics some;
  for (const Diagnostic& one : all) {
    const bool is = std::ranges::any_of(sites, [&one](const std::string& site) {
      return one.message.starts_with(fmt::format("site `{}`", site));
    });
    if (is) some.push_back(one);
  }
  return render(some);
}

bool is_about_bindings(const Diagnostic& one) { return one.message.starts_with("binding"); }

TEST_P(AnySequence, says_and_gives_what_settling_everything_says_and_gives) {
  AnyConfiguration any(GetParam());
  Document now = document(
      "version: 1\nmetrics: {listen: \"127.0.0.1:9090\"}\n"
      "listeners: {\":8443\": {unknown_names: refuse}}\n");
  if (GetParam() % 2 == 0) {
    now = document(
        "version: 1\nsites: {s0.example: http://127.0.0.1:1}\n"
        "bindings: {b: {at: [\"s0.example:443\"]}, c: {at: [\"10.0.0.1:8443\"]}}\n");
  }
  Settings settings = *settle(now).settings;
  unsigned given = 0;
  for (int step = 0; step < 200; ++step) {
    Document next = now;
    const std::set<std::string> sites = any.change(next);
    const auto again = settle_changed(settings, next, sites);
    const Settled whole = settle(next);
    const bool other_words = std::ranges::any_of(whole.diagnostics, is_about_bindings);
    ASSERT_EQ(again.has_value(), !has_errors(whole.diagnostics) && !other_words)
        << render(whole.diagnostics);
    if (!whole.settings) continue;
    now = std::move(next);
    settings = *whole.settings;
    if (!again) continue;
    ASSERT_EQ(*again->settings, *whole.settings);
    ASSERT_EQ(render(again->diagnostics), about(whole.diagnostics, sites));
    ++given;
  }
  EXPECT_GT(given, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnySequence, ::testing::Range(1U, 13U));

}  // namespace
}  // namespace gatehouse::config
