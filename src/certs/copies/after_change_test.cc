#include "certs/copies/after_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Result<Ran> run(std::vector<std::string> words, std::chrono::milliseconds longest = 10s) {
  return run_command(words, longest);
}

TEST(CommandAfterAChange, tells_its_status_and_what_it_said) {
  const Ran ran = run({"sh", "-c", "echo out; echo err >&2; exit 3"}).value();
  EXPECT_EQ(ran.status, 3);
  EXPECT_FALSE(ran.succeeded());
  EXPECT_THAT(ran.output, HasSubstr("out"));
  EXPECT_THAT(ran.output, HasSubstr("err"));
  EXPECT_TRUE(run({"true"}).value().succeeded());
}

TEST(CommandAfterAChange, is_read_by_no_shell) {
  EXPECT_THAT(run({"echo", "$HOME; rm -rf /", "`id`"}).value().output,
              HasSubstr("$HOME; rm -rf / `id`"));
}

TEST(CommandAfterAChange, has_nothing_of_ours_but_a_path) {
  ASSERT_EQ(setenv("CREDENTIAL_OF_OURS", "secret", 1), 0);
  const std::string variables = run({"env"}).value().output;
  EXPECT_THAT(variables, HasSubstr("PATH=/usr/local/sbin"));
  EXPECT_EQ(variables.find("CREDENTIAL_OF_OURS"), std::string::npos);
  EXPECT_TRUE(run({"sh", "-c", "! read line"}).value().succeeded()) << "it has nothing to read";
}

TEST(CommandAfterAChange, is_ended_with_its_children_when_its_time_is_over) {
  const Ran ran = run({"sh", "-c", "sleep 600 & sleep 600"}, 100ms).value();
  EXPECT_FALSE(ran.in_time);
  EXPECT_FALSE(ran.succeeded());
  EXPECT_EQ(ran.status, 128 + SIGKILL);
}

TEST(CommandAfterAChange, is_not_waited_for_by_what_it_left_behind) {
  EXPECT_TRUE(run({"sh", "-c", "sleep 2 & exit 0"}).value().in_time);
}

TEST(CommandAfterAChange, may_say_more_than_is_kept) {
  const Ran ran = run({"sh", "-c", "yes 0123456789 | head -c 1000000; echo last"}).value();
  EXPECT_TRUE(ran.succeeded());
  EXPECT_THAT(ran.output, HasSubstr("last"));
  EXPECT_LE(ran.output.size(), 4096U);
}

TEST(CommandAfterAChange, says_when_it_cannot_be_started) {
  const auto ran = run({"/no/such/program"});
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().kind, ErrorKind::not_found);
  EXPECT_THAT(ran.error().what, HasSubstr("/no/such/program could not be started"));
}

}  // namespace
}  // namespace gatehouse::certs
