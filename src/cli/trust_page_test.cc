#include "cli/trust_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/carry_out.h"
#include "cli/testing/fake_api.h"

namespace gatehouse::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kOpen = "gatehouse.v1.TrustService/OpenPage";
constexpr const char* kClose = "gatehouse.v1.TrustService/ClosePage";
constexpr const char* kShow = "gatehouse.v1.TrustService/Show";

class TrustPageVerb : public ::testing::Test {
 protected:
  TrustPageVerb() {
    stage_.gatehouse.answers[kOpen] =
        R"json({"open":true,"urls":["http://gate1.lan:8008/.well-known/gatehouse/trust"],
            "until":"2026-09-21T16:13:20Z","verdictPort":8009})json";
    stage_.gatehouse.answers[kClose] = "{}";
    stage_.gatehouse.answers[kShow] = R"({"name":"local CA","fingerprint":"0AFF 0001"})";
  }
  Result<int> page(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"trust", "page"});
    auto command =
        parse_command_line(flags, [this](const char* name) { return stage_.variable(name); });
    if (!command) return pass_on(command);
    return carry_out(*command, stage_.around());
  }

  testing::Stage stage_;
};

TEST_F(TrustPageVerb, I14_says_where_it_is_until_when_and_what_to_compare) {
  EXPECT_EQ(page({"--for", "2h"}).value(), 0);
  EXPECT_EQ(stage_.gatehouse.asked.front().first, kOpen);
  EXPECT_THAT(stage_.gatehouse.asked.front().second, HasSubstr("7200"));
  EXPECT_THAT(stage_.console.said,
              AllOf(HasSubstr("http://gate1.lan:8008/.well-known/gatehouse/trust\n"),
                    HasSubstr("port 8009"), HasSubstr("0AFF 0001"), HasSubstr("in 2 hours")));
}

TEST_F(TrustPageVerb, hands_on_where_it_is_to_listen) {
  EXPECT_EQ(page({"--listen", "127.0.0.1:0", "--json"}).value(), 0);
  EXPECT_THAT(stage_.gatehouse.asked.front().second, HasSubstr("127.0.0.1:0"));
  EXPECT_THAT(stage_.console.said, HasSubstr("\"verdictPort\":8009"));
}

TEST_F(TrustPageVerb, I14_opens_that_of_a_ca_with_all_of_its_roots) {
  stage_.gatehouse.answers[kShow] = R"json({"name":"plant root 1","fingerprint":"0AFF 0001",
      "roots":[{"fingerprint":"0AFF 0001","state":"active"},
               {"fingerprint":"0BFF 0002","state":"next"}]})json";
  EXPECT_EQ(page({"--ca", "plant"}).value(), 0);
  EXPECT_THAT(stage_.gatehouse.asked[0].second, HasSubstr(R"("ca":"plant")"));
  EXPECT_THAT(stage_.gatehouse.asked[1].second, HasSubstr(R"("ca":"plant")"));
  EXPECT_THAT(stage_.console.said,
              AllOf(HasSubstr("0AFF 0001 (active root)\n"), HasSubstr("0BFF 0002 (next root)\n")));
}

TEST_F(TrustPageVerb, says_that_a_ca_without_a_name_of_the_machine_has_no_live_test) {
  stage_.gatehouse.answers[kOpen] = R"json({"open":true,"urls":["http://gate1.lan:8008/x"]})json";
  EXPECT_EQ(page({"--ca", "plant"}).value(), 0);
  EXPECT_THAT(stage_.console.said, HasSubstr("the CA may certify no name of this machine"));
}

TEST_F(TrustPageVerb, closes_it) {
  EXPECT_EQ(page({"--close"}).value(), 0);
  EXPECT_EQ(stage_.gatehouse.asked.front().first, kClose);
  EXPECT_EQ(stage_.console.said, "The trust page is closed.\n");
}

TEST_F(TrustPageVerb, refuses_what_makes_no_sense) {
  EXPECT_EQ(page({"--for", "10s"}).error().kind, ErrorKind::usage);
  EXPECT_EQ(page({"--for", "200h"}).error().kind, ErrorKind::usage);
  EXPECT_EQ(page({"--close", "--for", "1h"}).error().kind, ErrorKind::usage);
  EXPECT_EQ(page({"--close", "--listen", ":8008"}).error().kind, ErrorKind::usage);
  EXPECT_EQ(page({"--close", "--ca", "plant"}).error().kind, ErrorKind::usage);
  EXPECT_TRUE(stage_.gatehouse.asked.empty());
}

TEST_F(TrustPageVerb, passes_on_why_it_cannot_be_opened) {
  stage_.gatehouse.errors[kOpen] = {Fault::machine, false, "the port is in use",
                                    ErrorKind::conflict};
  EXPECT_EQ(page().error().kind, ErrorKind::conflict);
}

TEST(Coverage, is_told_as_a_help_only) {
  api::ShowTrustResponse shown;
  EXPECT_EQ(coverage_text(shown), "");
  shown.set_name("local CA");
  EXPECT_THAT(coverage_text(shown), HasSubstr("0 devices have passed"));
  shown.set_devices(1);
  EXPECT_THAT(coverage_text(shown),
              AllOf(HasSubstr("1 device has passed"), HasSubstr("Anybody can pretend")));
}

}  // namespace
}  // namespace gatehouse::cli
