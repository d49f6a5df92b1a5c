#include "http/h1_body.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

struct Decoded {
  std::string content;
  std::size_t consumed = 0;
  bool done = false;
  std::string_view wrong;
  std::vector<std::pair<std::string, std::string>> trailers;

  friend bool operator==(const Decoded&, const Decoded&) = default;
};

void take_trailers(const BodyDecoder& decoder, Decoded& out) {
  if (decoder.trailers() == nullptr) return;
  for (const Field& field : decoder.trailers()->fields()) {
    out.trailers.emplace_back(field.name(), field.value());
  }
}

// Decodes `text` in pieces that end at `cuts`.
Decoded decode(BodyLength length, std::string text, const std::vector<std::size_t>& cuts = {}) {
  BodyDecoder decoder(length);
  Decoded out;
  std::vector<std::size_t> ends = cuts;
  ends.push_back(text.size());
  std::size_t at = 0;
  for (const std::size_t end : ends) {
    auto step = decoder.decode(std::span(text).subspan(at, end - at));
    if (!step) {
      out.wrong = step.error().what;
      return out;
    }
    out.content.append(step->data.begin(), step->data.end());
    out.consumed += step->consumed;
    out.done = step->done;
    at = end;
    if (out.done) break;
  }
  take_trailers(decoder, out);
  return out;
}

Decoded chunked(const std::string& text) { return decode(BodyLength::chunked(), text); }

const std::string kChunked =
    "5\r\nhello\r\n1;name=\"va lue\"\r\n \r\n00C\r\nwonderful wo\r\n4\r\nrld!\r\n"
    "0;last\r\nX-Checksum: abc\r\nHost: evil\r\nX-Two:2\r\n\r\n";

TEST(Body, of_no_length_is_done_at_once) {
  const Decoded body = decode(BodyLength::none(), "GET /next");
  EXPECT_TRUE(body.done);
  EXPECT_EQ(body.consumed, 0U);
  EXPECT_TRUE(BodyDecoder(BodyLength::exact(0)).done());
}

TEST(Body, of_exact_length_ends_before_the_next_message) {
  const Decoded body = decode(BodyLength::exact(5), "helloGET /next");
  EXPECT_EQ(body.content, "hello");
  EXPECT_EQ(body.consumed, 5U);
  EXPECT_TRUE(body.done);
}

TEST(Body, of_exact_length_knows_what_is_missing) {
  BodyDecoder decoder(BodyLength::exact(10));
  std::string text = "hello";
  ASSERT_TRUE(decoder.decode(text));
  EXPECT_EQ(decoder.left(), 5U);
  EXPECT_FALSE(decoder.finish_at_close());
}

TEST(Body, until_close_takes_all_and_ends_with_the_connection) {
  BodyDecoder decoder(BodyLength::until_close());
  std::string text = "anything\r\n0\r\n\r\n";
  const auto step = decoder.decode(text);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->data.size(), text.size());
  EXPECT_FALSE(step->done);
  EXPECT_TRUE(decoder.finish_at_close());
  EXPECT_TRUE(decoder.done());
}

TEST(ChunkedBody, is_taken_out_of_its_framing) {
  const Decoded body = chunked(kChunked + "GET /next");
  EXPECT_EQ(body.wrong, "");
  EXPECT_EQ(body.content, "hello wonderful world!");
  EXPECT_EQ(body.consumed, kChunked.size());
  EXPECT_TRUE(body.done);
}

TEST(ChunkedBody, content_is_gathered_in_place) {
  std::string text = "2\r\nab\r\n3\r\ncde\r\n1\r\nf";
  BodyDecoder decoder(BodyLength::chunked());
  const auto step = decoder.decode(text);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->data.data(), text.data() + 3);
  EXPECT_EQ(std::string(step->data.begin(), step->data.end()), "abcdef");
  EXPECT_EQ(step->consumed, text.size());
  EXPECT_FALSE(step->done);
}

TEST(ChunkedBody, is_the_same_at_every_split) {
  const Decoded whole = chunked(kChunked);
  for (std::size_t first = 0; first <= kChunked.size(); ++first) {
    for (std::size_t second = first; second <= kChunked.size(); second += 7) {
      EXPECT_EQ(decode(BodyLength::chunked(), kChunked, {first, second}), whole)
          << first << " " << second;
    }
  }
}

TEST(ChunkedBody, may_arrive_byte_by_byte) {
  std::vector<std::size_t> every;
  for (std::size_t i = 1; i < kChunked.size(); ++i) every.push_back(i);
  EXPECT_EQ(decode(BodyLength::chunked(), kChunked, every), chunked(kChunked));
}

TEST(ChunkedBody, cut_short_is_not_done) {
  for (std::size_t size = 0; size < kChunked.size(); ++size) {
    BodyDecoder decoder(BodyLength::chunked());
    std::string text = kChunked.substr(0, size);
    ASSERT_TRUE(decoder.decode(text));
    EXPECT_FALSE(decoder.finish_at_close()) << size;
  }
}

TEST(ChunkedBody, with_odd_framing_is_refused) {
  const std::string ok = "5\r\nhello\r\n0\r\n\r\n";
  ASSERT_EQ(chunked(ok).wrong, "");
  const std::pair<std::string_view, std::string_view> odd[] = {
      {"hexadecimal prefix", "0x5\r\nhello\r\n"},
      {"plus", "+5\r\nhello\r\n"},
      {"minus zero", "-0\r\n\r\n"},
      {"minus", "-5\r\nhello\r\n"},
      {"space behind", "5 \r\nhello\r\n"},
      {"tab behind", "5\t\r\nhello\r\n"},
      {"space before", " 5\r\nhello\r\n"},
      {"space before the extension", "5 ;a\r\nhello\r\n"},
      {"empty size", "\r\nhello\r\n"},
      {"extension only", ";a\r\nhello\r\n"},
      {"letters", "g\r\n"},
      {"underscore", "1_0\r\n"},
      {"comma", "5,5\r\nhello\r\n"},
      {"bare LF behind the size", "5\nhello\r\n"},
      {"bare CR behind the size", "5\rhello\r\n"},
      {"CR CR LF behind the size", "5\r\r\nhello\r\n"},
      {"bare LF in the extension (TERM.EXT)", "5;a\nhello\r\n"},
      {"bare CR in the extension", "5;a\rhello\r\n"},
      {"NUL in the extension", std::string_view("5;a\0\r\nhello\r\n", 13)},
      {"bare LF behind the data", "5\r\nhello\n0\r\n\r\n"},
      {"nothing behind the data", "5\r\nhello0\r\n\r\n"},
      {"data too long", "4\r\nhello\r\n"},
      {"bare CR behind the data", "5\r\nhello\r0\r\n\r\n"},
      {"two bytes of any kind behind the data (CVE-2018-8004 and others)", "5\r\nhelloXX0\r\n\r\n"},
      {"size with 17 digits", "00000000000000005\r\nhello\r\n"},
      {"size 2^64 + 5", "10000000000000005\r\nhello\r\n"},
      {"size 2^63", "8000000000000000\r\n"},
      {"size 2^64 - 1", "ffffffffffffffff\r\n"},
      {"last chunk with bare LF", "0\n\r\n"},
      {"end with bare LF", "0\r\n\n"},
      {"end with CR and another byte", "0\r\n\rX"},
      {"NUL behind the size", std::string_view("5\0\r\nhello\r\n", 11)},
      {"full-width digit", "\xef\xbc\x95\r\nhello\r\n"},
  };
  for (const auto& [name, text] : odd) {
    EXPECT_NE(chunked(std::string(text)).wrong, "") << name;
  }
}

TEST(ChunkedBody, with_odd_trailers_is_refused) {
  for (const std::string_view lines :
       {"X : y\r\n", " X: y\r\n", "X: y\n", "X\r\n", ": y\r\n", "X: y\r\n folded\r\n",
        "X: \x01\r\n", "X: y\rZ: z\r\n", "X[]: y\r\n", "GET / HTTP/1.1\r\n"}) {
    EXPECT_NE(chunked("0\r\n" + std::string(lines) + "\r\n").wrong, "") << lines;
  }
}

TEST(ChunkedBody, sizes_may_be_as_large_as_any_sum_can_bear) {
  BodyDecoder decoder(BodyLength::chunked());
  std::string text = "7fffffffffffffff\r\nab";
  const auto step = decoder.decode(text);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->data.size(), 2U);
  EXPECT_EQ(decoder.left(), 0x7fffffffffffffffU - 2);
}

TEST(ChunkedBody, extensions_are_bounded_over_the_whole_message) {
  const std::string half(kMaxChunkExtensionBytes / 2, 'e');
  const std::string chunk = "1;" + half + "\r\nx\r\n";
  EXPECT_EQ(chunked(chunk + chunk + "0\r\n\r\n").wrong, "");
  EXPECT_NE(chunked(chunk + chunk + "0;e\r\n\r\n").wrong, "");
}

TEST(Trailers, keep_what_may_follow_the_content_and_drop_the_rest) {
  const Decoded body = chunked(kChunked);
  const std::vector<std::pair<std::string, std::string>> kept = {{"X-Checksum", "abc"},
                                                                 {"X-Two", "2"}};
  EXPECT_EQ(body.trailers, kept);
}

TEST(Trailers, may_not_frame_route_or_authenticate) {
  for (const std::string_view name : {"Content-Length",
                                      "Transfer-Encoding",
                                      "Host",
                                      "Authorization",
                                      "Cookie",
                                      "Set-Cookie",
                                      "X-Forwarded-For",
                                      "Forwarded",
                                      "Client-Cert",
                                      "X_Forwarded_For",
                                      "Cache-Control",
                                      "Expect",
                                      "Content-Type",
                                      "Content-Encoding",
                                      "Trailer",
                                      "TE",
                                      "Connection",
                                      "Upgrade",
                                      "Location",
                                      "If-Match",
                                      "Range",
                                      "Vary",
                                      "Date",
                                      "WWW-Authenticate",
                                      "Max-Forwards",
                                      "X-Forwarded-User"}) {
    const Decoded body = chunked("0\r\n" + std::string(name) + ": v\r\nX: 1\r\n\r\n");
    EXPECT_EQ(body.wrong, "");
    EXPECT_EQ(body.trailers.size(), 1U) << name;
  }
}

TEST(Trailers, are_bounded_in_size_and_number) {
  const auto lines = [](std::size_t count, const std::string& line) {
    std::string out = "0\r\n";
    for (std::size_t i = 0; i < count; ++i) out += line;
    return out + "\r\n";
  };
  EXPECT_EQ(chunked(lines(kMaxTrailers, "a: b\r\n")).wrong, "");
  EXPECT_NE(chunked(lines(kMaxTrailers + 1, "a: b\r\n")).wrong, "");
  const std::string large = "a: " + std::string(kMaxTrailerBytes - 5, 'b') + "\r\n";
  EXPECT_EQ(chunked(lines(1, large)).wrong, "");
  EXPECT_NE(chunked(lines(1, "a" + large)).wrong, "");
}

TEST(Trailers, are_there_only_if_they_came) {
  BodyDecoder decoder(BodyLength::chunked());
  std::string text = "1\r\nx\r\n0\r\n\r\n";
  ASSERT_TRUE(decoder.decode(text));
  EXPECT_TRUE(decoder.done());
  EXPECT_EQ(decoder.trailers(), nullptr);
}

}  // namespace
}  // namespace gatehouse::http
