#include "config/settle_report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/testing/settling.h"

namespace gatehouse::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class SettleReportTest : public ::testing::Test {
 protected:
  Diagnostic said(std::string sentences) {
    SettleReport report(document_);
    const FieldPath root;
    const FieldPath sites = root.field("sites");
    const FieldPath site = sites.key("a.example");
    report.error("GH3107", site.field("upstreams"), std::move(sentences));
    return std::move(report).finish().at(0);
  }
  void from(Origin origin) {
    document_.origins.set("sites.\"a.example\".upstreams", std::move(origin));
  }

  Document document_;
};

TEST_F(SettleReportTest, what_is_wrong_and_what_to_do_are_two_things) {
  Diagnostic one = said("\"x. y\" is wrong. Write z. Or w.");
  EXPECT_EQ(one.message, "site `a.example`: \"x. y\" is wrong");
  EXPECT_EQ(one.hint, "write z. Or w");
  one = said("`a. b` stays. IPv6 does too.");
  EXPECT_EQ(one.hint, "IPv6 does too");
  one = said("only this");
  EXPECT_EQ(one.message, "site `a.example`: only this");
  EXPECT_EQ(one.hint, "");
}

TEST_F(SettleReportTest, a_flag_stands_in_place_of_the_site) {
  from({.source = Origin::Source::flag, .said = "--to"});
  const Diagnostic one = said("\"x\" is wrong.");
  EXPECT_EQ(one.message, "--to: \"x\" is wrong");
  EXPECT_EQ(one.place.file, "");
  from({.source = Origin::Source::environment, .said = "GATEHOUSE_TO"});
  EXPECT_THAT(said("\"x\" is wrong.").message, StartsWith("GATEHOUSE_TO: "));
}

TEST_F(SettleReportTest, a_file_is_a_place) {
  from({.source = Origin::Source::file, .place = {"a.yaml", 7, 5}, .length = 3});
  const Diagnostic one = said("\"x\" is wrong.");
  EXPECT_EQ(one.place.file, "a.yaml");
  EXPECT_EQ(one.place.line, 7U);
  EXPECT_EQ(one.length, 3U);
}

TEST_F(SettleReportTest, a_value_from_elsewhere_is_never_said) {
  from({.source = Origin::Source::file, .place = {"a.yaml", 7, 5}, .hidden = true});
  const Diagnostic one = said("\"hunter2\" is wrong. Do not write hunter2.");
  EXPECT_THAT(one.message + one.hint, Not(HasSubstr("hunter2")));
  EXPECT_EQ(one.message, "site `a.example`: this is no upstream");
}

TEST_F(SettleReportTest, come_in_the_order_of_the_file) {
  SettleReport report(document_);
  const FieldPath root;
  document_.origins.set("b", {.source = Origin::Source::file, .place = {"a.yaml", 1, 1}});
  document_.origins.set("a", {.source = Origin::Source::file, .place = {"a.yaml", 20, 1}});
  report.error("GH3132", root.field("a"), "second.");
  report.warning("GH3501", root.field("b"), "first.");
  const Diagnostics all = std::move(report).finish();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].message, "`b`: first");
  EXPECT_EQ(all[1].message, "`a`: second");
}

TEST_F(SettleReportTest, beyond_a_hundred_they_are_counted) {
  std::string sites;
  for (int i = 0; i < 150; ++i) {
    sites += fmt::format(R"({}"s{}.example": {{"upstreams": ["x"]}})", i == 0 ? "" : ",", i);
  }
  const Settled result = settle(testing::document(fmt::format(R"({{"sites": {{{}}}}})", sites)));
  ASSERT_THAT(result.diagnostics, SizeIs(101));
  EXPECT_EQ(result.diagnostics.back().code, "GH3000");
  EXPECT_THAT(result.diagnostics.back().message, StartsWith("and 50 more"));
  EXPECT_FALSE(result.settings);
}

TEST(FieldPath, is_spelled_as_origins_spell_it) {
  const FieldPath root;
  const FieldPath sites = root.field("sites");
  const FieldPath site = sites.key("a\"b\\c");
  const FieldPath routes = site.field("routes");
  const FieldPath second = routes.item(1);
  EXPECT_EQ(second.field("path").text(), R"(sites."a\"b\\c".routes[1].path)");
  EXPECT_EQ(second.field("path").subject(), R"(site `a"b\c`)");
  const FieldPath timeouts = root.field("timeouts");
  EXPECT_EQ(timeouts.field("head").text(), "timeouts.head");
  EXPECT_EQ(timeouts.field("head").subject(), "`timeouts.head`");
  EXPECT_EQ(root.text(), "");
  EXPECT_EQ(root.subject(), "");
}

}  // namespace
}  // namespace gatehouse::config
