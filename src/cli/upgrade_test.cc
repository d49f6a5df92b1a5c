#include "cli/upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing.h"
#include "cli/carry_out.h"
#include "cli/testing/fake_api.h"

namespace gatehouse::cli {
namespace {

using ::gatehouse::testing::JsonCheck;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kUpgrade = "gatehouse.v1.ProgramService/Upgrade";
constexpr const char* kStatus = "gatehouse.v1.StatusService/Get";

class UpgradeVerb : public ::testing::Test {
 protected:
  UpgradeVerb() {
    stage_.gatehouse.answers[kUpgrade] = R"json({
      "steps":[{"text":"the new program has started: process 12, version 0.2.0","state":"done"},
               {"text":"the new program serves","state":"done"}],
      "before":{"version":"0.1.0","pid":11},"now":{"version":"0.2.0","pid":12},
      "connections":"3","drainSeconds":30})json";
    stage_.gatehouse.answers[kStatus] = R"({"version":"0.2.0","pid":12})";
  }
  Result<int> upgrade(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), "upgrade");
    auto command =
        parse_command_line(flags, [this](const char* name) { return stage_.variable(name); });
    if (!command) return pass_on(command);
    return carry_out(*command, stage_.around());
  }
  std::size_t asked(std::string_view method) const {
    return static_cast<std::size_t>(std::ranges::count(
        stage_.gatehouse.asked, method, &std::pair<std::string, std::string>::first));
  }
  const std::string& said() const { return stage_.console.said; }

  testing::Stage stage_;
};

TEST_F(UpgradeVerb, T11_prints_the_steps_and_who_answers_now) {
  EXPECT_EQ(upgrade().value(), 0);
  EXPECT_EQ(said(),
            "done     the new program has started: process 12, version 0.2.0\n"
            "done     the new program serves\n"
            "ok       gatehouse upgrade: the admin socket: process 12, version 0.2.0 answers\n"
            "Upgraded from version 0.1.0 to 0.2.0.\n");
}

TEST_F(UpgradeVerb, tells_each_step_while_it_is_done) {
  stage_.gatehouse.events = {"the new program has started", "the new program serves"};
  EXPECT_EQ(upgrade().value(), 0);
  EXPECT_EQ(stage_.console.talked, "the new program has started\nthe new program serves\n");
}

TEST_F(UpgradeVerb, json_is_the_answer_with_the_proof_and_nothing_beside_it) {
  stage_.gatehouse.events = {"the new program serves"};
  EXPECT_EQ(upgrade({"--json"}).value(), 0);
  EXPECT_TRUE(JsonCheck::valid(said().substr(0, said().size() - 1)));
  EXPECT_THAT(said(), HasSubstr(R"("now":{"version":"0.2.0","pid":12})"));
  EXPECT_THAT(said(), HasSubstr(R"("ok":true)"));
  EXPECT_EQ(stage_.console.talked, "");
}

TEST_F(UpgradeVerb, why_the_new_program_cannot_serve_is_its_error) {
  stage_.gatehouse.errors[kUpgrade] = {Fault::machine, false, "The new program cannot serve."};
  const auto code = upgrade();
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().what, "The new program cannot serve.");
  EXPECT_EQ(asked(kStatus), 0u);
  EXPECT_EQ(said(), "");
}

TEST_F(UpgradeVerb, asks_again_while_the_program_before_answers_and_gives_up_in_the_end) {
  stage_.gatehouse.answers[kStatus] = R"({"version":"0.1.0","pid":11})";
  const auto start = stage_.clock.steady();
  EXPECT_EQ(upgrade().value(), 9);
  EXPECT_GT(asked(kStatus), 10u);
  EXPECT_EQ(stage_.clock.steady() - start, 10s);
  EXPECT_THAT(said(), HasSubstr("failed   gatehouse upgrade: the admin socket: process 12, version "
                                "0.2.0 was to answer, but: process 11, version 0.1.0 answers\n"));
  EXPECT_THAT(said(), EndsWith("See the event log.\n"));
}

TEST_F(UpgradeVerb, a_connection_that_ends_with_the_program_before_is_made_anew) {
  stage_.gatehouse.errors[kStatus] = {Fault::machine, true, "gatehouse ended the connection.",
                                      ErrorKind::unreachable};
  EXPECT_EQ(upgrade().value(), 9);
  EXPECT_THAT(said(), HasSubstr("gatehouse ended the connection."));
}

}  // namespace
}  // namespace gatehouse::cli
