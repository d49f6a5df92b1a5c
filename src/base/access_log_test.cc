#include "base/access_log.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/resource.h>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing.h"

namespace gatehouse {
namespace {

using Kind = AccessLogTarget::Kind;
using testing::JsonCheck;
using testing::lines_of;
using testing::MemoryFile;
using testing::Pipe;
using testing::TemporaryFolder;

class AccessLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<AccessLog> open(const AccessLogTarget& target) {
    auto log = AccessLog::open(target, events_);
    EXPECT_TRUE(log) << log.error().what;
    return std::move(*log);
  }
  std::unique_ptr<AccessLog> open_file() { return open({Kind::file, path_}); }
  std::vector<std::string> lines() const { return lines_of(TemporaryFolder::read(path_)); }

  static void append(AccessLogBuffer& buffer, std::string_view id, std::size_t uri_length = 10) {
    const std::string uri(uri_length, 'u');
    buffer.append(
        {.remote_ip = "127.0.0.1", .method = "GET", .uri = uri, .status = 200, .request_id = id});
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("access.log");
  SystemClock clock_;
  MemoryFile said_;
  EventLog events_{{.format = EventLogOptions::Format::json, .fd = said_.fd()}, clock_};
};

// Makes stdout something else for a moment.
class StandardOutput {
 public:
  explicit StandardOutput(int instead) : before_(::dup(1)) { ::dup2(instead, 1); }
  ~StandardOutput() {
    ::dup2(before_, 1);
    ::close(before_);
  }

 private:
  int before_;
};

TEST(AccessLogTarget, is_none_the_standard_output_or_a_file) {
  EXPECT_EQ(AccessLogTarget::parse("none").kind, Kind::off);
  EXPECT_EQ(AccessLogTarget::parse("-").kind, Kind::standard_output);
  EXPECT_EQ(AccessLogTarget::parse("/var/log/a").kind, Kind::file);
  EXPECT_EQ(AccessLogTarget::parse("/var/log/a").path, "/var/log/a");
}

TEST_F(AccessLogTest, writes_everything_at_its_end) {
  auto log = open_file();
  auto& buffer = log->new_buffer();
  for (int i = 0; i < 1000; ++i) append(buffer, fmt::format("id-{}", i));
  log.reset();
  const auto all = lines();
  ASSERT_EQ(all.size(), 1000U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_NE(all[i].find(fmt::format("\"id-{}\"", i)), std::string::npos);
    ASSERT_TRUE(JsonCheck::valid(all[i])) << all[i];
  }
}

TEST_F(AccessLogTest, a_single_line_appears_without_another_one) {
  Pipe pipe;
  const StandardOutput redirected(pipe.writer());
  auto log = open({Kind::standard_output, ""});
  append(log->new_buffer(), "lonely");
  EXPECT_NE(pipe.read_until("lonely").find("lonely"), std::string::npos);
  // And again after the writer has gone to sleep, whenever that was.
  append(log->new_buffer(), "second");
  EXPECT_NE(pipe.read_until("second").find("second"), std::string::npos);
}

TEST_F(AccessLogTest, lines_of_many_threads_are_whole_and_in_the_order_of_their_thread) {
  constexpr int kThreads = 4;
  constexpr int kLines = 20'000;
  auto log = open_file();
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&log, t] {
      auto& buffer = log->new_buffer();
      for (int i = 0; i < kLines; ++i) append(buffer, fmt::format("{}-{:06}", t, i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::uint64_t dropped = log->dropped();
  log.reset();
  const auto all = lines();
  EXPECT_EQ(all.size() + dropped, kThreads * kLines);
  std::array<std::string, kThreads> latest;
  for (const std::string& line : all) {
    ASSERT_TRUE(line.ends_with("\"}")) << line;
    const std::string id = line.substr(line.size() - 10, 8);
    std::string& before = latest.at(static_cast<std::size_t>(id[0] - '0'));
    ASSERT_LT(before, id);
    before = id;
  }
}

TEST_F(AccessLogTest, drops_and_counts_when_nobody_reads) {
  Pipe pipe;
  const StandardOutput redirected(pipe.writer());
  auto log = open({Kind::standard_output, ""});
  auto& buffer = log->new_buffer();
  constexpr std::uint64_t kLines = 4000;  // 4 MiB: more than sixteen buffers and the pipe hold
  for (std::uint64_t i = 0; i < kLines; ++i) append(buffer, fmt::format("id-{}", i), 1000);
  EXPECT_GT(log->dropped(), kLines / 2);
  EXPECT_LT(log->dropped(), kLines);
  pipe.close_reader();
}

TEST_F(AccessLogTest, logs_again_after_a_stall_and_loses_only_what_it_counted) {
  Pipe pipe;
  const StandardOutput redirected(pipe.writer());
  auto log = open({Kind::standard_output, ""});
  auto& buffer = log->new_buffer();
  constexpr std::uint64_t kLines = 4000;
  for (std::uint64_t i = 0; i < kLines; ++i) append(buffer, fmt::format("id-{}", i), 1000);
  const std::uint64_t dropped = log->dropped();
  ASSERT_GT(dropped, 0U);
  std::string got;
  std::uint64_t count = 0;
  while (count < kLines - dropped) {
    got += pipe.read();
    count = static_cast<std::uint64_t>(std::ranges::count(got, '\n'));
  }
  append(buffer, "after");
  got += pipe.read_until("after");
  for (const std::string& line : lines_of(got)) ASSERT_TRUE(JsonCheck::valid(line)) << line;
  EXPECT_EQ(log->dropped(), dropped);
}

TEST_F(AccessLogTest, a_reader_that_went_away_ends_nothing) {
  Pipe pipe;
  const StandardOutput redirected(pipe.writer());
  auto log = open({Kind::standard_output, ""});
  pipe.close_reader();
  append(log->new_buffer(), "nobody reads this");
  append(log->new_buffer(), "nor this");
  log.reset();
  EXPECT_NE(said_.text().find("The access log cannot be written."), std::string::npos);
  EXPECT_NE(said_.text().find(R"("dropped":)"), std::string::npos);
}

TEST_F(AccessLogTest, a_full_disk_is_told_and_counted_and_leaves_the_process_alone) {
  auto log = open({Kind::file, "/dev/full"});
  append(log->new_buffer(), "too much");
  log.reset();
  EXPECT_NE(said_.text().find("No space left on device"), std::string::npos);
  EXPECT_NE(said_.text().find(R"("dropped":1)"), std::string::npos);
}

TEST_F(AccessLogTest, opens_the_file_anew_for_logrotate_and_loses_nothing) {
  auto log = open_file();
  auto& buffer = log->new_buffer();
  append(buffer, "before");
  const std::string rotated = folder_.file("access.log.1");
  std::filesystem::rename(path_, rotated);
  log->reopen();
  append(buffer, "after");
  log.reset();
  const std::string all = TemporaryFolder::read(rotated) + TemporaryFolder::read(path_);
  EXPECT_TRUE(TemporaryFolder::read(rotated).contains("before"));
  EXPECT_TRUE(std::filesystem::exists(path_));
  EXPECT_TRUE(all.contains("after"));
  EXPECT_EQ(lines_of(all).size(), 2U);
}

TEST_F(AccessLogTest, keeps_the_old_file_when_the_new_one_cannot_be_opened) {
  const std::string inner = folder_.file("logs");
  std::filesystem::create_directory(inner);
  auto log = open({Kind::file, inner + "/access.log"});
  auto& buffer = log->new_buffer();
  std::filesystem::rename(inner, folder_.file("moved"));
  log->reopen();
  append(buffer, "still here");
  log.reset();
  EXPECT_TRUE(TemporaryFolder::read(folder_.file("moved/access.log")).contains("still here"));
  EXPECT_TRUE(said_.text().contains("cannot be opened"));
}

TEST_F(AccessLogTest, a_file_that_cannot_be_opened_is_an_error_at_the_start) {
  const auto log = AccessLog::open({Kind::file, "/nowhere/access.log"}, events_);
  ASSERT_FALSE(log);
  EXPECT_TRUE(log.error().what.contains("/nowhere/access.log"));
}

TEST_F(AccessLogTest, off_means_off) {
  auto log = open({Kind::off, ""});
  EXPECT_FALSE(log->on());
  append(log->new_buffer(), "x");
  EXPECT_EQ(log->dropped(), 0U);
}

TEST_F(AccessLogTest, long_lines_are_kept_whole_between_short_ones) {
  auto log = open_file();
  auto& buffer = log->new_buffer();
  for (int i = 0; i < 200; ++i) append(buffer, fmt::format("id-{}", i), i % 3 == 0 ? 20'000 : 1);
  const std::uint64_t dropped = log->dropped();
  log.reset();
  EXPECT_EQ(lines().size() + dropped, 200U);
  for (const std::string& line : lines()) ASSERT_TRUE(JsonCheck::valid(line));
}

}  // namespace
}  // namespace gatehouse
