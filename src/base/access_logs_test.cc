#include "base/access_logs.h"

#include <thread>

#include <gtest/gtest.h>

#include "base/testing.h"

namespace gatehouse {
namespace {

using Kind = AccessLogTarget::Kind;
using testing::lines_of;
using testing::MemoryFile;
using testing::TemporaryFolder;

class AccessLogsTest : public ::testing::Test {
 protected:
  AccessLogTarget file(std::string_view name) const { return {Kind::file, folder_.file(name)}; }
  std::shared_ptr<AccessLog> prepare(const AccessLogTarget& target) {
    auto log = logs_.prepare(target);
    EXPECT_TRUE(log) << log.error().what;
    return log ? *log : nullptr;
  }
  static void append(AccessLogBuffer& buffer, std::string_view id) {
    buffer.append({.remote_ip = "127.0.0.1", .method = "GET", .status = 200, .request_id = id});
  }
  std::size_t lines(std::string_view name) const {
    return lines_of(TemporaryFolder::read(folder_.file(name))).size();
  }
  // Its lines are written by a thread of its own.
  void sweep_until_gone(const std::weak_ptr<AccessLog>& log) {
    while (!log.expired()) {
      logs_.sweep();
      std::this_thread::yield();
    }
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  MemoryFile said_;
  EventLog events_{{.format = EventLogOptions::Format::json, .fd = said_.fd()}, clock_};
  AccessLogs logs_{events_};
};

TEST_F(AccessLogsTest, the_same_target_is_the_same_log) {
  const auto first = prepare(file("a"));
  logs_.use(first);
  EXPECT_EQ(prepare(file("a")), first);
  EXPECT_NE(prepare(file("b")), first);
  EXPECT_EQ(logs_.in_use(), first);
}

TEST_F(AccessLogsTest, one_of_before_is_written_to_its_end_when_the_last_one_has_left_it) {
  auto first = prepare(file("a"));
  logs_.use(first);
  AccessLogBuffer& buffer = first->new_buffer();
  logs_.use(prepare(file("b")));
  for (int i = 0; i < 100; ++i) append(buffer, "late");  // a thread that has not taken the new one
  const std::weak_ptr<AccessLog> seen = first;
  logs_.sweep();
  EXPECT_FALSE(first->ended());
  first.reset();
  sweep_until_gone(seen);
  EXPECT_EQ(lines("a"), 100U);
  EXPECT_EQ(lines("b"), 0U);
}

TEST_F(AccessLogsTest, one_that_was_prepared_in_vain_is_forgotten) {
  logs_.use(prepare(file("a")));
  auto vain = prepare(file("b"));
  const std::weak_ptr<AccessLog> seen = vain;
  vain.reset();
  sweep_until_gone(seen);
  EXPECT_EQ(logs_.in_use()->target(), file("a"));
}

TEST_F(AccessLogsTest, a_file_that_cannot_be_opened_leaves_the_one_in_use) {
  logs_.use(prepare(file("a")));
  const auto refused = logs_.prepare({Kind::file, folder_.file("missing/a")});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("missing/a"), std::string::npos);
  EXPECT_EQ(logs_.in_use()->target(), file("a"));
}

TEST_F(AccessLogsTest, off_and_on_again) {
  logs_.use(prepare({}));
  EXPECT_FALSE(logs_.in_use()->on());
  logs_.use(prepare(file("a")));
  append(logs_.in_use()->new_buffer(), "one");
  const std::weak_ptr<AccessLog> seen = logs_.in_use();
  logs_.use(prepare({}));
  sweep_until_gone(seen);
  EXPECT_EQ(lines("a"), 1U);
}

TEST_F(AccessLogsTest, what_one_of_before_has_lost_still_counts) {
  testing::Pipe pipe;
  auto log = prepare({Kind::file, "/dev/full"});
  logs_.use(log);
  AccessLogBuffer& buffer = log->new_buffer();
  for (int i = 0; i < 10; ++i) append(buffer, "lost");
  const std::weak_ptr<AccessLog> seen = log;
  log.reset();
  logs_.use(prepare({}));
  sweep_until_gone(seen);
  EXPECT_EQ(logs_.dropped(), 10U);
}

}  // namespace
}  // namespace gatehouse
