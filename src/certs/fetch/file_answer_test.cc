#include "certs/fetch/file_answer.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kMost = 4096;

// However the answer is cut into pieces.
FileAnswer::Outcome read(std::string_view text, std::size_t piece = 1) {
  FileAnswer answer(kMost);
  while (!text.empty()) {
    const auto room = answer.room();
    const std::size_t part = std::min({piece, text.size(), room.size()});
    std::ranges::copy(text.substr(0, part), room.begin());
    text.remove_prefix(part);
    if (answer.take(part)) return answer.outcome();
  }
  EXPECT_TRUE(answer.take(0));
  return answer.outcome();
}

std::string content(std::string_view text) {
  const auto whole = read(text, text.size());
  const auto pieces = read(text);
  EXPECT_TRUE(whole && pieces);
  if (!whole || !pieces) return "none";
  EXPECT_EQ(whole->content, pieces->content);
  return whole->content;
}

std::string trouble(std::string_view text) {
  const auto outcome = read(text);
  EXPECT_FALSE(outcome) << text;
  return outcome ? "" : outcome.error();
}

TEST(FileAnswer, content_comes_by_length_in_chunks_or_until_the_end) {
  EXPECT_EQ(content("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), "abc");
  EXPECT_EQ(content("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
            "abc");
  EXPECT_EQ(content("HTTP/1.0 200 OK\r\n\r\nabc"), "abc");
  EXPECT_EQ(content("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "");
}

TEST(FileAnswer, interim_answers_come_before_it) {
  EXPECT_EQ(
      content("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"),
      "x");
  std::string many;
  for (int i = 0; i < 20; ++i) many += "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_THAT(trouble(many), HasSubstr("one interim answer after the other"));
}

TEST(FileAnswer, of_any_other_status_only_the_location_is_looked_at) {
  const auto moved =
      read("HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 9999999\r\n\r\n");
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->status, 302);
  EXPECT_EQ(moved->location, "/new");
  EXPECT_EQ(moved->content, "");
}

TEST(FileAnswer, more_than_the_limit_is_refused_as_soon_as_it_is_known) {
  EXPECT_THAT(trouble("HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n"), HasSubstr("more than 4"));
  EXPECT_THAT(trouble("HTTP/1.0 200 OK\r\n\r\n" + std::string(kMost + 1, 'x')),
              HasSubstr("more than 4 KiB"));
  EXPECT_EQ(content("HTTP/1.0 200 OK\r\n\r\n" + std::string(kMost, 'x')).size(), kMost);
  EXPECT_THAT(trouble("HTTP/1.1 200 OK\r\nX: " + std::string(40000, 'x')),
              HasSubstr("has a head larger than the limit"));
}

TEST(FileAnswer, what_is_cut_short_or_no_http_is_no_file) {
  EXPECT_THAT(trouble(""), HasSubstr("without an answer"));
  EXPECT_THAT(trouble("HTTP/1.1 200"), HasSubstr("in the middle of its answer"));
  EXPECT_THAT(trouble("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"),
              HasSubstr("in the middle of the file"));
  EXPECT_THAT(trouble("SSH-2.0-OpenSSH\r\n\r\n"), HasSubstr("not HTTP"));
  EXPECT_THAT(trouble("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
              HasSubstr("sent an answer that"));
}

}  // namespace
}  // namespace gatehouse::certs
