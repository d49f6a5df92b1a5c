#include "control/edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/testing/configurations.h"

namespace gatehouse::control {
namespace {

using testing::document_of;
using ::testing::HasSubstr;

class AnEdit : public ::testing::Test {
 protected:
  api::Edit& next() { return *edits_.Add(); }
  void set_site(const std::string& name, const std::string& upstream) {
    api::SetSite& step = *next().mutable_set_site();
    step.set_name(name);
    step.mutable_site()->add_upstreams(upstream);
  }
  Result<Edited> apply() { return apply_edits(api_, base_, edits_); }

  config::Document base_ = document_of("version: 1\nsites:\n  file.example: http://127.0.0.1:1\n");
  config::Document api_ = document_of(
      "version: 1\nsites:\n  mine.example: {upstreams: [http://127.0.0.1:2], owner: crew}\n",
      config::Origin::Source::api);
  Edits edits_;
};

TEST_F(AnEdit, makes_a_site_of_the_api) {
  set_site("new.example", "http://127.0.0.1:3");
  const auto made = apply();
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE(made->api.message.sites().contains("new.example"));
  EXPECT_EQ(made->api.origins.of(R"(sites."new.example")").text(), "api");
}

TEST_F(AnEdit, replaces_a_site_of_the_api) {
  set_site("mine.example", "http://127.0.0.1:9");
  EXPECT_EQ(apply()->api.message.sites().at("mine.example").upstreams(0), "http://127.0.0.1:9");
}

TEST_F(AnEdit, of_what_a_file_defines_is_refused_and_says_where) {
  set_site("file.example", "http://127.0.0.1:3");
  const auto refused = apply();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().what,
              HasSubstr("Site file.example is defined in test.yaml:3; change it there"));
}

TEST_F(AnEdit, removes_a_site_of_the_api) {
  next().set_remove_site("mine.example");
  EXPECT_TRUE(apply()->api.message.sites().empty());
}

TEST_F(AnEdit, cannot_remove_what_is_not_there) {
  next().set_remove_site("nobody.example");
  EXPECT_EQ(apply().error().kind, ErrorKind::not_found);
}

TEST_F(AnEdit, I5_removes_everything_of_an_owner) {
  next().set_remove_owner("crew");
  EXPECT_TRUE(apply()->api.message.sites().empty());
}

TEST_F(AnEdit, of_an_unknown_owner_is_refused) {
  next().set_remove_owner("nobody");
  EXPECT_EQ(apply().error().kind, ErrorKind::not_found);
}

TEST_F(AnEdit, disables_and_enables_a_site) {
  next().mutable_set_enabled()->set_site("mine.example");
  EXPECT_FALSE(apply()->api.message.sites().at("mine.example").enabled());
  edits_.Mutable(0)->mutable_set_enabled()->set_enabled(true);
  EXPECT_FALSE(apply()->api.message.sites().at("mine.example").has_enabled()) << "the default";
}

TEST_F(AnEdit, may_not_take_values_from_outside) {
  set_site("new.example", "${file:/etc/shadow}");
  const auto refused = apply();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
}

TEST_F(AnEdit, may_not_take_values_from_outside_in_a_route_either) {
  api::SetSite& step = *next().mutable_set_site();
  step.set_name("new.example");
  step.mutable_site()->add_routes()->set_path("/${env:HOME}");
  EXPECT_FALSE(apply());
}

TEST_F(AnEdit, replaces_everything_by_a_text) {
  next().set_replace_yaml("version: 1\nsites:\n  other.example: http://127.0.0.1:4\n");
  const auto made = apply();
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->api.message.sites().contains("mine.example"));
  EXPECT_TRUE(made->api.message.sites().contains("other.example"));
}

TEST_F(AnEdit, of_a_text_reports_what_is_wrong_with_it) {
  next().set_replace_yaml("sites: [");
  EXPECT_TRUE(config::has_errors(apply()->diagnostics));
}

TEST_F(AnEdit, is_all_or_nothing) {
  set_site("new.example", "http://127.0.0.1:3");
  next().set_remove_site("nobody.example");
  EXPECT_FALSE(apply());
}

TEST_F(AnEdit, that_says_nothing_is_refused) {
  next();
  EXPECT_EQ(apply().error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace gatehouse::control
