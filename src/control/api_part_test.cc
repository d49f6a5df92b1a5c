#include "control/api_part.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/difference.h"
#include "control/testing/configurations.h"

namespace gatehouse::control {
namespace {

using testing::document_of;

config::Document document(std::string_view yaml) {
  return document_of(yaml, config::Origin::Source::api);
}

// What ApiPart::yaml() is to say.
std::string whole_yaml(api::Configuration message) {
  message.set_version(1);
  return config::to_yaml(message);
}

constexpr std::string_view kTwo =
    "version: 1\ntimeouts: {idle: 5s}\nsites:\n  a.example: http://127.0.0.1:1\n"
    "  b.example: {upstreams: [http://127.0.0.1:2], owner: crew}\n"
    "bindings: {x: {at: [\"a.example:8443\"]}}\ntls: modern\n";

TEST(ApiPart, says_what_it_was_made_of) {
  const ApiPart part(document(kTwo));
  EXPECT_EQ(part.yaml(), whole_yaml(document(kTwo).message));
  EXPECT_TRUE(part.has_site("a.example"));
  EXPECT_FALSE(part.has_site("c.example"));
  EXPECT_TRUE(part.rest().sites().empty());
  EXPECT_EQ(part.rest().bindings().size(), 1U);
}

TEST(ApiPart, of_nothing_is_a_configuration_too) {
  EXPECT_EQ(ApiPart().yaml(), whole_yaml({}));
  EXPECT_FALSE(ApiPart().has_site(""));
}

TEST(ApiPart, an_excerpt_has_the_sites_that_were_asked_for_and_nothing_else) {
  const config::Document some = ApiPart(document(kTwo)).excerpt({"b.example", "c.example"});
  EXPECT_EQ(some.message.sites().size(), 1U);
  EXPECT_EQ(some.message.sites().at("b.example").owner(), "crew");
  EXPECT_TRUE(some.message.bindings().empty());
  EXPECT_EQ(some.origins.of(R"(sites."b.example".owner)").text(), "api");
}

TEST(ApiPart, changes_without_the_part_that_it_was_made_of) {
  const ApiPart before(document(kTwo));
  const ApiPart after =
      before.with(document("version: 1\nsites:\n  c.example: http://127.0.0.1:3\n"),
                  {"a.example", "c.example"});
  EXPECT_FALSE(after.has_site("a.example"));
  EXPECT_TRUE(after.has_site("b.example"));
  EXPECT_TRUE(after.has_site("c.example"));
  EXPECT_TRUE(before.has_site("a.example"));
  EXPECT_FALSE(before.has_site("c.example"));
  EXPECT_EQ(after.origin_of("sites", "c.example").text(), "api");
  EXPECT_EQ(after.origin_of("bindings", "x").text(), "api");
}

class AnyApiPart : public ::testing::TestWithParam<unsigned> {};

TEST_P(AnyApiPart, changes_give_what_making_it_of_nothing_gives) {
  std::mt19937 random(GetParam());
  config::Document model = document(kTwo);
  ApiPart part(model);
  for (int step = 0; step < 150; ++step) {
    config::Document changed;
    std::set<std::string> names;
    for (unsigned i = random() % 8; i > 0; --i) {
      const std::string name = fmt::format("s{}.example", random() % 500);
      if (!names.insert(name).second) continue;
      model.message.mutable_sites()->erase(name);
      if (random() % 4 == 0) continue;
      api::Site site;
      site.add_upstreams(fmt::format("http://127.0.0.1:{}", random() % 9000 + 1));
      if (random() % 2 == 0) site.add_listen(":8443");
      (*changed.message.mutable_sites())[name] = site;
      (*model.message.mutable_sites())[name] = site;
    }
    part = part.with(changed, names);
    ASSERT_EQ(part.yaml(), whole_yaml(model.message));
    ASSERT_EQ(config::text(config::difference(part.document().message, model.message)), "");
    for (const auto& [name, site] : model.message.sites()) ASSERT_TRUE(part.has_site(name));
    for (const std::string& name : names) {
      ASSERT_EQ(part.has_site(name), model.message.sites().contains(name));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyApiPart, ::testing::Range(1U, 5U));

}  // namespace
}  // namespace gatehouse::control
