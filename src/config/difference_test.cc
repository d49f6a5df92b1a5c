#include "config/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

api::Site site(std::initializer_list<const char*> upstreams) {
  api::Site made;
  for (const char* upstream : upstreams) made.add_upstreams(upstream);
  return made;
}

class DifferenceTest : public ::testing::Test {
 protected:
  api::Configuration before_;
  api::Configuration after_;
};

TEST_F(DifferenceTest, is_empty_between_equals) {
  (*before_.mutable_sites())["a"] = site({"http://127.0.0.1:1"});
  (*before_.mutable_sites())["b"] = site({});
  before_.mutable_timeouts()->set_head("5s");
  EXPECT_THAT(difference(before_, before_), IsEmpty());
  EXPECT_EQ(text(difference(before_, before_)), "");
}

TEST_F(DifferenceTest, a_site_that_comes_or_goes_is_one_change) {
  (*before_.mutable_sites())["old.example"] = site({"http://127.0.0.1:1"});
  auto& made = (*after_.mutable_sites())["new.example"];
  made = site({"http://127.0.0.1:2", "http://127.0.0.1:3"});
  made.add_listen(":8443");
  EXPECT_EQ(text(difference(before_, after_)),
            "+ sites.\"new.example\": {listen: [\":8443\"], upstreams: [http://127.0.0.1:2, "
            "http://127.0.0.1:3]}\n"
            "- sites.\"old.example\": {upstreams: [http://127.0.0.1:1]}\n");
}

TEST_F(DifferenceTest, an_empty_site_is_not_the_same_as_none) {
  (*after_.mutable_sites())["a"];
  EXPECT_THAT(difference(before_, after_), ElementsAre(Change{"sites.\"a\"", "", "{}"}));
}

TEST_F(DifferenceTest, a_site_that_changes_shows_the_field) {
  (*before_.mutable_sites())["a"] = site({"http://127.0.0.1:1"});
  (*after_.mutable_sites())["a"] = site({"http://127.0.0.1:1", "http://127.0.0.1:2"});
  (*after_.mutable_sites())["a"].mutable_http()->set_external("refuse");
  EXPECT_EQ(text(difference(before_, after_)),
            "+ sites.\"a\".http.external: refuse\n"
            "~ sites.\"a\".upstreams: [http://127.0.0.1:1] -> [http://127.0.0.1:1, "
            "http://127.0.0.1:2]\n");
}

TEST_F(DifferenceTest, a_group_of_settings_that_comes_shows_its_fields) {
  after_.mutable_timeouts()->set_head("5s");
  after_.mutable_timeouts()->set_idle("1m");
  after_.mutable_limits()->set_body(0);
  EXPECT_THAT(difference(before_, after_),
              ElementsAre(Change{"limits.body", "", "0"}, Change{"timeouts.head", "", "5s"},
                          Change{"timeouts.idle", "", "1m"}));
  EXPECT_THAT(difference(after_, before_),
              ElementsAre(Change{"limits.body", "0", ""}, Change{"timeouts.head", "5s", ""},
                          Change{"timeouts.idle", "1m", ""}));
}

TEST_F(DifferenceTest, keys_stand_as_in_origins) {
  (*after_.mutable_listeners())["[::1]:8443"].set_no_name("refuse");
  (*before_.mutable_listeners())["[::1]:8443"].set_no_name("default");
  (*after_.mutable_sites())["a\"b\\c"];
  EXPECT_THAT(difference(before_, after_),
              ElementsAre(Change{R"(listeners."[::1]:8443".no_name)", "default", "refuse"},
                          Change{R"(sites."a\"b\\c")", "", "{}"}));
}

}  // namespace
}  // namespace gatehouse::config
