#include "config/origins.h"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

Origin at_line(unsigned line) {
  return {.source = Origin::Source::file, .place = {.file = "a.yaml", .line = line, .column = 1}};
}

TEST(Origins, paths_name_fields_entries_and_elements) {
  const std::string site = entry_path(field_path("", "sites"), "files.example.com");
  EXPECT_EQ(site, R"(sites."files.example.com")");
  EXPECT_EQ(element_path(field_path(site, "upstreams"), 0),
            R"(sites."files.example.com".upstreams[0])");
  EXPECT_EQ(entry_path("sites", R"(a"b\c)"), R"(sites."a\"b\\c")");
}

TEST(Origins, the_parent_of_a_path_is_found_whatever_its_keys_hold) {
  EXPECT_EQ(parent_path(R"(sites."a.b[0]".listen[12])"), R"(sites."a.b[0]".listen)");
  EXPECT_EQ(parent_path(R"(sites."a.b[0]".listen)"), R"(sites."a.b[0]")");
  EXPECT_EQ(parent_path(R"(sites."a\".\\")"), "sites");
  EXPECT_EQ(parent_path("sites"), "");
  EXPECT_EQ(parent_path(""), "");
}

TEST(Origins, what_has_no_entry_has_that_of_its_nearest_parent) {
  Origins origins;
  origins.set("sites", at_line(1));
  origins.set(R"(sites."a.b".listen)", at_line(3));
  EXPECT_EQ(origins.of(R"(sites."a.b".listen[7])").place.line, 3u);
  EXPECT_EQ(origins.of(R"(sites."a.b".owner)").place.line, 1u);
  EXPECT_EQ(origins.of("tls.profile").source, Origin::Source::default_);
  EXPECT_TRUE(origins.given("sites"));
  EXPECT_FALSE(origins.given(R"(sites."a.b")"));
}

TEST(Origins, forgetting_a_path_leaves_its_namesakes) {
  Origins origins;
  for (const char* path : {"a.listen", "a.listen[0]", "a.listen_on", "a.listen.x", "a"}) {
    origins.set(path, at_line(1));
  }
  origins.erase("a.listen");
  EXPECT_EQ(origins.all().size(), 2u);
  EXPECT_TRUE(origins.given("a.listen_on"));
  EXPECT_TRUE(origins.given("a"));
}

TEST(Origins, a_list_takes_its_origins_along) {
  Origins from;
  from.set("a.listen", at_line(4));
  from.set("a.listen[0]", at_line(5));
  from.set("a.other", at_line(6));
  Origins to;
  to.take("a.listen", from);
  EXPECT_EQ(to.all().size(), 2u);
  EXPECT_EQ(to.of("a.listen[0]").place.line, 5u);
}

TEST(Origins, say_who_set_a_value) {
  EXPECT_EQ(Origin{}.text(), "default");
  EXPECT_EQ(at_line(7).text(), "a.yaml:7");
  EXPECT_EQ((Origin{.source = Origin::Source::file, .place = {.file = "a.yaml"}}).text(), "a.yaml");
  EXPECT_EQ((Origin{.source = Origin::Source::api}).text(), "api");
  EXPECT_EQ((Origin{.source = Origin::Source::flag, .said = "--listen"}).text(), "--listen");
  EXPECT_EQ((Origin{.source = Origin::Source::environment, .said = "GATEHOUSE_TO"}).text(),
            "GATEHOUSE_TO");
}

}  // namespace
}  // namespace gatehouse::config
