#include "http/h1_writer.h"

#include <string>

#include <gtest/gtest.h>

#include "http/h1_body.h"
#include "http/testing.h"

namespace gatehouse::http {
namespace {

using testing::get_with;
using testing::TestRequest;

template <class Write>
std::string written(Write write, std::size_t room = 1024) {
  std::string out(room, '#');
  HeadWriter writer{std::span(out)};
  write(writer);
  const auto size = writer.finish();
  return size ? out.substr(0, *size) : "does not fit";
}

TEST(HeadWriter, writes_lines_and_the_empty_one) {
  EXPECT_EQ(written([](HeadWriter& out) {
              out.request_line("GET", "/a?b");
              out.field("Host", "a.example");
              out.field("Content-Length", 42);
              out.field("Empty", "");
            }),
            "GET /a?b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 42\r\nEmpty: \r\n\r\n");
}

TEST(HeadWriter, writes_a_status_with_its_standard_or_given_reason) {
  EXPECT_EQ(written([](HeadWriter& out) { out.status_line(404); }),
            "HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_EQ(written([](HeadWriter& out) { out.status_line(404, "Gone Fishing"); }),
            "HTTP/1.1 404 Gone Fishing\r\n\r\n");
  EXPECT_EQ(written([](HeadWriter& out) { out.status_line(599); }), "HTTP/1.1 599 \r\n\r\n");
}

TEST(HeadWriter, normalises_the_white_space_of_fields) {
  const TestRequest request(get_with("A:1\r\nB: 2\r\nC:  3 \r\nD:\r\nE: \r\nF:\t4\r\n"));
  EXPECT_EQ(written([&](HeadWriter& out) { out.fields(request->fields, FieldSet(FieldId::host)); }),
            "A: 1\r\nB: 2\r\nC: 3\r\nD: \r\nE: \r\nF: 4\r\n\r\n");
}

TEST(HeadWriter, drops_what_it_is_told_and_what_is_hop_by_hop) {
  const TestRequest request(
      get_with("Connection: x-hop\r\nX-Hop: 1\r\nUpgrade: h2c\r\n"
               "Keep-Alive: 3\r\nProxy-Connection: close\r\nTE: gzip\r\n"
               "HTTP2-Settings: A\r\nAccept: b\r\nCookie: c\r\n"));
  EXPECT_EQ(written([&](HeadWriter& out) {
              out.fields(request->fields, FieldSet(FieldId::host, FieldId::cookie));
            }),
            "Accept: b\r\n\r\n");
}

TEST(HeadWriter, never_writes_beyond_its_end) {
  const auto write = [](HeadWriter& out) {
    out.status_line(200);
    out.field("A", "b");
    out.field("Content-Length", 7);
  };
  const std::size_t needed = written(write).size();
  EXPECT_EQ(written(write, needed).size(), needed);
  for (std::size_t room = 0; room < needed; ++room) {
    std::string out(needed, '#');
    HeadWriter writer(std::span(out).first(room));
    write(writer);
    EXPECT_FALSE(writer.finish());
    EXPECT_EQ(out.substr(room), std::string(needed - room, '#')) << room;
  }
}

TEST(HeadWriter, stays_unfit_even_when_something_shorter_would_fit) {
  std::string out(16, '#');
  HeadWriter writer{std::span(out)};
  writer.field("Long-Name", "long value");
  writer.field("A", "b");
  EXPECT_FALSE(writer.finish());
}

TEST(BodyLengthFields, say_how_the_content_is_framed) {
  const auto fields = [](BodyLength length) {
    return written([&](HeadWriter& out) { write_body_length(out, length); });
  };
  EXPECT_EQ(fields(BodyLength::none()), "\r\n");
  EXPECT_EQ(fields(BodyLength::exact(0)), "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(fields(BodyLength::exact(UINT64_MAX)), "Content-Length: 18446744073709551615\r\n\r\n");
  EXPECT_EQ(fields(BodyLength::chunked()), "Transfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(fields(BodyLength::until_close()), "\r\n");
}

TEST(Chunk, prefix_ends_right_before_the_data) {
  std::array<char, kChunkPrefix + 4> memory;
  for (const auto& [size, text] : {std::pair<std::uint64_t, std::string_view>{1, "1\r\n"},
                                   {16, "10\r\n"},
                                   {0x4000, "4000\r\n"},
                                   {0xabcdef, "abcdef\r\n"},
                                   {UINT64_MAX, "ffffffffffffffff\r\n"}}) {
    memory.fill('#');
    char* data = memory.data() + kChunkPrefix;
    const std::size_t written = chunk_prefix(data, size);
    EXPECT_EQ(std::string_view(data - written, written), text);
    EXPECT_EQ(*data, '#');
    EXPECT_LE(written, kChunkPrefix);
  }
}

TEST(Chunk, that_is_written_is_read_again) {
  std::string memory(kChunkPrefix, '#');
  memory += "some content";
  const std::size_t prefix = chunk_prefix(memory.data() + kChunkPrefix, 12);
  std::string wire = memory.substr(kChunkPrefix - prefix) + std::string(kChunkSuffix);
  wire += kLastChunk;
  BodyDecoder decoder(BodyLength::chunked());
  const auto step = decoder.decode(wire);
  ASSERT_TRUE(step);
  EXPECT_TRUE(step->done);
  EXPECT_EQ(std::string(step->data.begin(), step->data.end()), "some content");
}

TEST(Chunk, last_one_carries_the_trailers) {
  BodyDecoder decoder(BodyLength::chunked());
  std::string body = "0\r\nX-A:1\r\nHost: evil\r\nX-B:  2 \r\n\r\n";
  ASSERT_TRUE(decoder.decode(body));
  ASSERT_NE(decoder.trailers(), nullptr);
  const std::size_t needed = kLastChunk.size() + decoder.trailers()->wire_size();
  std::string out(needed, '#');
  ASSERT_EQ(write_last_chunk(out, *decoder.trailers()), needed);
  EXPECT_EQ(out, "0\r\nX-A: 1\r\nX-B: 2\r\n\r\n");
  EXPECT_FALSE(write_last_chunk(std::span(out).first(needed - 1), *decoder.trailers()));
}

TEST(HttpDate, is_of_the_one_preferred_form) {
  const auto text = [](std::int64_t seconds) {
    const HttpDate date = format_http_date(WallTime{std::chrono::seconds{seconds}});
    return std::string(date.begin(), date.end());
  };
  EXPECT_EQ(text(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(text(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(text(951782399), "Mon, 28 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(text(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(text(4102444799), "Thu, 31 Dec 2099 23:59:59 GMT");
}

}  // namespace
}  // namespace gatehouse::http
