#include "base/journal.h"

#include <sys/stat.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/access_log.h"
#include "base/event_log.h"
#include "base/testing.h"
#include "base/testing/datagram_socket.h"

namespace gatehouse {
namespace {

using namespace std::chrono_literals;
using testing::DatagramSocket;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MemoryFile;
using testing::TemporaryFolder;

std::string field(std::string_view name, std::string_view value) {
  std::string entry;
  append_journal_field(entry, name, value);
  return entry;
}

TEST(Journal, a_field_is_a_name_and_a_value_on_a_line) {
  EXPECT_EQ(field("MESSAGE", "It runs."), "MESSAGE=It runs.\n");
  EXPECT_EQ(field("MESSAGE", ""), "MESSAGE=\n");
}

TEST(Journal, a_value_of_several_lines_goes_by_its_length_so_that_it_cannot_bring_a_field) {
  EXPECT_EQ(field("MESSAGE", "a\nPRIORITY=0"),
            std::string("MESSAGE\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n", 29));
}

TEST(Journal, a_name_is_what_the_journal_takes) {
  EXPECT_EQ(field("request.user-agent", "x"), "REQUEST_USER_AGENT=x\n");
  EXPECT_EQ(field("_PID", "1"), "X_PID=1\n");
  EXPECT_EQ(field("1st", "x"), "X1ST=x\n");
  EXPECT_EQ(field("a=b\nc", "x"), "A_B_C=x\n");
  EXPECT_EQ(field("", "x"), "X=x\n");
  EXPECT_EQ(field(std::string(100, 'a'), "x"), std::string(64, 'A') + "=x\n");
  EXPECT_EQ(field(std::string(100, '1'), "x"), "X" + std::string(63, '1') + "=x\n");
}

TEST(Journal, a_value_that_is_too_long_is_cut) {
  EXPECT_EQ(field("A", std::string(100'000, 'v')).size(), 2U + 48 * 1024 + 1);
}

TEST(Journal, it_is_behind_the_stream_that_the_manager_names) {
  const MemoryFile file;
  const MemoryFile other;
  struct stat about{};
  ASSERT_EQ(fstat(file.fd(), &about), 0);
  const std::string name = fmt::format("{}:{}", about.st_dev, about.st_ino);
  EXPECT_TRUE(Journal::is_behind(file.fd(), name.c_str()));
  EXPECT_FALSE(Journal::is_behind(other.fd(), name.c_str()));
  EXPECT_FALSE(Journal::is_behind(file.fd(), nullptr));
  EXPECT_FALSE(Journal::is_behind(file.fd(), ""));
  EXPECT_FALSE(Journal::is_behind(-1, name.c_str()));
  EXPECT_EQ(EventLogOptions::for_descriptor(file.fd(), nullptr, name.c_str()).journal,
            Journal::kSocket);
  EXPECT_EQ(EventLogOptions::for_descriptor(file.fd(), nullptr).journal, "");
}

class JournalTest : public ::testing::Test {
 protected:
  EventLogOptions options() const {
    return {.format = EventLogOptions::Format::json, .fd = stderr_.fd(), .journal = path_};
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("socket");
  MemoryFile stderr_;
  FakeClock clock_;
};

TEST_F(JournalTest, an_event_is_an_entry_with_its_facts_as_fields) {
  DatagramSocket journal(path_);
  EventLog log(options(), clock_);
  log.warn("The upstream refused.", {{"upstream", "127.0.0.1:3000"}, {"tries", 3}});
  EXPECT_THAT(journal.arrived(),
              ElementsAre("MESSAGE=The upstream refused. upstream=127.0.0.1:3000 tries=3\n"
                          "PRIORITY=4\nSYSLOG_IDENTIFIER=gatehouse\n"
                          "GATEHOUSE_UPSTREAM=127.0.0.1:3000\nGATEHOUSE_TRIES=3\n"));
  EXPECT_EQ(stderr_.text(), "");
}

TEST_F(JournalTest, every_level_has_its_priority) {
  DatagramSocket journal(path_);
  EventLogOptions all = options();
  all.at_least = LogLevel::debug;
  EventLog log(all, clock_);
  log.debug("d");
  log.info("i");
  log.error("e");
  EXPECT_THAT(journal.arrived(), ElementsAre(HasSubstr("PRIORITY=7"), HasSubstr("PRIORITY=6"),
                                             HasSubstr("PRIORITY=3")));
}

TEST_F(JournalTest, without_a_journal_the_events_are_on_stderr_and_then_in_the_journal_again) {
  EventLog log(options(), clock_);
  log.info("one");
  EXPECT_THAT(stderr_.text(), HasSubstr(R"("msg":"one")"));
  DatagramSocket journal(path_);
  log.info("two");
  EXPECT_THAT(journal.arrived(), ElementsAre(HasSubstr("MESSAGE=two\n")));
  EXPECT_THAT(stderr_.text(), ::testing::Not(HasSubstr("two")));
}

TEST_F(JournalTest, what_a_full_journal_does_not_take_is_on_stderr) {
  DatagramSocket journal(path_);
  const Journal other(path_);
  while (other.send("MESSAGE=x\n") == Journal::Sent::yes) {
  }
  EventLog log(options(), clock_);
  log.info("not lost");
  EXPECT_THAT(stderr_.text(), HasSubstr("not lost"));
}

TEST_F(JournalTest, what_was_not_shown_is_told_there_at_the_end) {
  DatagramSocket journal(path_);
  {
    EventLog log(options(), clock_);
    for (int i = 0; i < 14; ++i) log.info("again");
    EXPECT_EQ(journal.arrived().size(), 10U);
  }
  EXPECT_THAT(journal.arrived(), ElementsAre(HasSubstr("GATEHOUSE_NOT_SHOWN=4\n")));
}

TEST(JournalEntry, every_value_of_an_access_line_is_a_field_named_by_its_way) {
  const std::string line =
      R"({"level":"info","request":{"method":"GET","uri":"/\"\u00e9\n","headers":)"
      R"({"User-Agent":["curl/8"]},"tls":{"resumed":false}},"status":200,"size":0})";
  const std::string entry = journal_entry_of_access_line(line + "\n");
  EXPECT_TRUE(
      entry.starts_with("MESSAGE=" + line + "\nPRIORITY=6\nSYSLOG_IDENTIFIER=gatehouse-access\n"));
  EXPECT_THAT(entry, HasSubstr("\nGATEHOUSE_REQUEST_METHOD=GET\n"));
  EXPECT_THAT(entry,
              HasSubstr(std::string("\nGATEHOUSE_REQUEST_URI\n\x05\0\0\0\0\0\0\0/\"é\n\n", 37)));
  EXPECT_THAT(entry, HasSubstr("\nGATEHOUSE_REQUEST_HEADERS_USER_AGENT=curl/8\n"));
  EXPECT_THAT(entry, HasSubstr("\nGATEHOUSE_REQUEST_TLS_RESUMED=false\n"));
  EXPECT_TRUE(entry.ends_with("\nGATEHOUSE_STATUS=200\nGATEHOUSE_SIZE=0\n"));
}

TEST(JournalEntry, a_failed_request_is_an_error) {
  EXPECT_THAT(journal_entry_of_access_line(R"({"level":"error","status":502})"),
              HasSubstr("\nPRIORITY=3\n"));
}

TEST(JournalEntry, a_line_that_is_no_json_is_still_a_message) {
  for (const std::string line : {"", "x", "{", R"({"a)", R"({"a":)", R"({"a":"\)", R"({"a":"\u12)",
                                 R"({"a":1)", R"({"a" 1})", "[[[[[[[[[[[[[[", R"({"a":"\q"})"}) {
    EXPECT_TRUE(journal_entry_of_access_line(line).starts_with("MESSAGE=" + line + "\n")) << line;
  }
}

TEST_F(JournalTest, the_access_log_goes_there_line_by_line) {
  DatagramSocket journal(path_);
  EventLog events({.fd = -1}, clock_);
  {
    const auto log =
        AccessLog::open({.kind = AccessLogTarget::Kind::journal, .path = path_}, events).value();
    AccessLogBuffer& buffer = log->new_buffer();
    buffer.append({.method = "GET", .uri = "/one", .status = 200});
    buffer.append({.method = "GET", .uri = "/two", .status = 502});
  }
  EXPECT_THAT(journal.arrived(), ElementsAre(HasSubstr("\nGATEHOUSE_REQUEST_URI=/one\n"),
                                             HasSubstr("\nGATEHOUSE_STATUS=502\n")));
}

TEST_F(JournalTest, an_access_log_without_a_journal_says_so_and_ends) {
  EventLog events({.format = EventLogOptions::Format::json, .fd = stderr_.fd()}, clock_);
  {
    const auto log =
        AccessLog::open({.kind = AccessLogTarget::Kind::journal, .path = path_}, events).value();
    log->new_buffer().append({.method = "GET", .uri = "/one", .status = 200});
  }
  EXPECT_THAT(stderr_.text(), HasSubstr("The access log cannot be written."));
}

TEST(Journal, the_word_in_the_configuration_is_journal) {
  EXPECT_EQ(AccessLogTarget::parse("journal").kind, AccessLogTarget::Kind::journal);
  EXPECT_EQ(AccessLogTarget::parse("./journal").kind, AccessLogTarget::Kind::file);
}

}  // namespace
}  // namespace gatehouse
