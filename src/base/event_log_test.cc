#include "base/event_log.h"

#include <cmath>
#include <ctime>
#include <limits>
#include <thread>

#include <gtest/gtest.h>

#include "base/testing.h"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using Format = EventLogOptions::Format;
using testing::JsonCheck;
using testing::lines_of;
using testing::MemoryFile;
using testing::Pipe;

class EventLogTest : public ::testing::Test {
 protected:
  EventLogTest() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  EventLogOptions options(Format format) const { return {.format = format, .fd = file_.fd()}; }
  std::vector<std::string> lines() const { return lines_of(file_.text()); }

  MemoryFile file_;
  FakeClock clock_{WallTime{1'790'000'000'123ms}};
};

TEST_F(EventLogTest, a_person_reads_the_time_the_level_a_sentence_and_its_facts) {
  EventLog log(options(Format::text), clock_);
  log.warn("The upstream refused the connection.",
           {{"upstream", "127.0.0.1:3000"}, {"tries", 3}, {"again", true}, {"after", 0.5}});
  EXPECT_EQ(file_.text(),
            "14:13:20.123 warn  The upstream refused the connection. "
            "upstream=127.0.0.1:3000 tries=3 again=true after=0.5\n");
}

TEST_F(EventLogTest, a_program_reads_one_json_object_per_line) {
  EventLog log(options(Format::json), clock_);
  log.error("It broke.", {{"path", "/a\"b\n"}, {"n", -1}, {"big", ~std::uint64_t{0}}});
  EXPECT_EQ(file_.text(),
            R"({"level":"error","ts":1790000000.123,"logger":"gatehouse","msg":"It broke.",)"
            R"("path":"/a\"b\n","n":-1,"big":18446744073709551615})"
            "\n");
}

TEST_F(EventLogTest, every_value_makes_valid_json) {
  EventLog log(options(Format::json), clock_);
  log.info("\xff\x01\"", {{"nan", std::nan("")},
                          {"inf", std::numeric_limits<double>::infinity()},
                          {"small", 1e-300},
                          {"text", std::string_view("\0\x1b[31m", 6)},
                          {"yes", false}});
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_TRUE(JsonCheck::valid(lines()[0])) << lines()[0];
}

TEST_F(EventLogTest, text_from_outside_can_neither_steer_the_terminal_nor_forge_a_fact_or_line) {
  EventLog log(options(Format::text), clock_);
  log.info("Hello \x1b[31m\n.", {{"host", "a b=c"}, {"agent", "\x1b]0;x\n"}, {"empty", ""}});
  EXPECT_EQ(file_.text(),
            "14:13:20.123 info  Hello \\u001b[31m\\n. host=\"a b=c\" "
            "agent=\"\\u001b]0;x\\n\" empty=\"\"\n");
}

TEST_F(EventLogTest, shows_nothing_below_its_level) {
  EventLog log(options(Format::text), clock_);
  log.debug("Too small.");
  EXPECT_FALSE(log.shows(LogLevel::debug));
  EXPECT_EQ(file_.text(), "");
}

TEST_F(EventLogTest, is_coloured_only_where_asked) {
  auto coloured = options(Format::text);
  coloured.colour = true;
  EventLog(coloured, clock_).error("Red.");
  EXPECT_EQ(file_.text(), "14:13:20.123 \x1b[31merror\x1b[0m Red.\n");
}

TEST_F(EventLogTest, what_is_no_terminal_gets_json_without_colour) {
  const Pipe pipe;
  const auto made = EventLogOptions::for_descriptor(pipe.writer(), nullptr);
  EXPECT_EQ(made.format, Format::json);
  EXPECT_FALSE(made.colour);
}

TEST_F(EventLogTest, a_terminal_gets_colours_unless_no_color_is_set) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  const auto plain = EventLogOptions::for_descriptor(terminal, "1");
  EXPECT_EQ(plain.format, Format::text);
  EXPECT_FALSE(plain.colour);
  EXPECT_TRUE(EventLogOptions::for_descriptor(terminal, nullptr).colour);
  EXPECT_TRUE(EventLogOptions::for_descriptor(terminal, "").colour);
  ::close(terminal);
}

TEST_F(EventLogTest, one_place_speaks_ten_times_and_then_once_a_second) {
  EventLog log(options(Format::text), clock_);
  const auto say = [&log] { log.warn("Again."); };
  for (int i = 0; i < 25; ++i) say();
  EXPECT_EQ(lines().size(), 10U);
  clock_.advance(1s);
  say();
  say();
  ASSERT_EQ(lines().size(), 11U);
  EXPECT_EQ(lines().back(), "14:13:21.123 warn  Again. (15 more like this were not shown)");
}

TEST_F(EventLogTest, another_place_is_not_silenced) {
  EventLog log(options(Format::text), clock_);
  for (int i = 0; i < 25; ++i) log.warn("Noise.");
  log.warn("News.");
  EXPECT_EQ(lines().back(), "14:13:20.123 warn  News.");
}

TEST_F(EventLogTest, tells_at_its_end_what_was_not_shown) {
  {
    EventLog log(options(Format::json), clock_);
    for (int i = 0; i < 12; ++i) log.warn("Again.");
  }
  ASSERT_EQ(lines().size(), 11U);
  EXPECT_NE(lines().back().find(R"("msg":"Again.","not_shown":2})"), std::string::npos);
}

TEST_F(EventLogTest, a_reader_that_stalls_loses_events_beyond_a_bound_and_is_told_how_many) {
  Pipe pipe;
  auto to_pipe = options(Format::text);
  to_pipe.fd = pipe.writer();
  EventLog log(to_pipe, clock_);
  const std::string kibibyte(1024, 'x');
  for (int i = 0; i < 400; ++i) {
    clock_.advance(1s);
    log.info("Much.", {{"n", i}, {"filling", kibibyte}});
  }
  const std::string taken = pipe.read();
  log.info("And on.");
  const std::string rest = pipe.read();
  EXPECT_NE(taken.find("n=0 "), std::string::npos);
  EXPECT_NE(rest.find('\n'), std::string::npos);
  log.info("And on.");
  const std::string last = pipe.read();
  EXPECT_NE((rest + last).find("Events were lost because nobody read the event log. lost="),
            std::string::npos);
}

TEST_F(EventLogTest, threads_write_whole_lines) {
  {
    EventLog log(options(Format::json), clock_);
    const auto speak = [&log] {
      for (int i = 0; i < 50; ++i) log.info("A sentence from a thread.", {{"i", i}});
    };
    std::thread one(speak);
    std::thread two(speak);
    one.join();
    two.join();
  }
  EXPECT_EQ(lines().size(), 11U);  // ten, and one that counts the others
  for (const std::string& line : lines()) EXPECT_TRUE(JsonCheck::valid(line)) << line;
}

}  // namespace
}  // namespace gatehouse
