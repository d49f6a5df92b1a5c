#include "control/authorities/renewal_findings.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include <gtest/gtest.h>

#include "control/authorities/attempts.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;

class RenewalLogTest : public ::testing::Test {
 protected:
  ~RenewalLogTest() override { (void)std::fclose(file_); }

  static std::vector<api::Finding> about(std::initializer_list<const char*> things) {
    std::vector<api::Finding> all;
    for (const char* thing : things) {
      auto& one = all.emplace_back();
      one.set_about(thing);
      one.set_sentence(std::string(thing) + " could not be renewed.");
    }
    return all;
  }
  std::size_t lines() const {
    std::string text(64 * 1024, '\0');
    const auto size = ::pread(options_.fd, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }

  FakeClock clock_;
  std::FILE* file_ = std::tmpfile();
  EventLogOptions options_{.fd = ::fileno(file_)};
  EventLog events_{options_, clock_};
  RenewalLog log_{events_};
};

TEST_F(RenewalLogTest, tells_of_what_is_new_at_once_and_of_what_stays_once_a_day) {
  log_.tell(about({"a"}), clock_.steady());
  EXPECT_EQ(lines(), 1U);
  for (int i = 0; i < 23; ++i) {
    clock_.advance(1h);
    log_.tell(about({"a"}), clock_.steady());
  }
  EXPECT_EQ(lines(), 1U);
  clock_.advance(1h);
  log_.tell(about({"a", "b"}), clock_.steady());
  EXPECT_EQ(lines(), 3U);
}

TEST_F(RenewalLogTest, what_comes_and_goes_is_told_once_an_hour_at_most) {
  for (int i = 0; i < 6; ++i) {
    log_.tell(about({"a"}), clock_.steady());
    clock_.advance(5min);
    log_.tell({}, clock_.steady());
    clock_.advance(5min);
  }
  EXPECT_EQ(lines(), 1U);
  clock_.advance(1h);
  log_.tell({}, clock_.steady());
  log_.tell(about({"a"}), clock_.steady());
  EXPECT_EQ(lines(), 2U);
}

TEST(Attempts, what_failed_waits_longer_each_time_up_to_an_hour) {
  Attempts attempts;
  Attempts::Time now{};
  EXPECT_EQ(attempts.waits("a", now), nullptr);
  for (const auto pause : {10min, 20min, 40min, 60min, 60min}) {
    attempts.failed("a", "why", now);
    ASSERT_NE(attempts.waits("a", now), nullptr);
    EXPECT_EQ(*attempts.waits("a", now), "why");
    EXPECT_EQ(attempts.waits("b", now), nullptr);
    EXPECT_NE(attempts.waits("a", now + pause - 1s), nullptr);
    now += pause;
    EXPECT_EQ(attempts.waits("a", now), nullptr);
  }
  attempts.succeeded("a");
  attempts.failed("a", "why", now);
  EXPECT_EQ(attempts.waits("a", now + 10min), nullptr);
}

}  // namespace
}  // namespace gatehouse::control
