// What published research on request smuggling tries, each with the answer it gets. A vector that
// is not refused is written anew, so that nothing of its ambiguity reaches an upstream.
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "http/forwarding.h"
#include "http/testing.h"

namespace gatehouse::http {
namespace {

using testing::answer_with;
using testing::post_with;
using testing::TestRequest;
using testing::TestResponse;

struct Vector {
  std::string_view name;
  std::string_view lines;  // behind the Host field, each line with its own ending
  int status;
};

// So that NUL bytes survive in a literal.
template <std::size_t size>
constexpr std::string_view raw(const char (&text)[size]) {
  return {text, size - 1};
}

constexpr auto kFraming = std::to_array<Vector>({
    {"CL.TE", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", 400},
    {"TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", 400},
    {"CL 0 with TE", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400},
    {"bad CL with TE", "Content-Length: x\r\nTransfer-Encoding: chunked\r\n", 400},
    {"TE twice, the same", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
    {"TE twice, cow", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n", 400},
    {"TE twice, identity first", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
     400},
    {"TE identity", "Transfer-Encoding: identity\r\n", 400},
    {"TE identity, chunked", "Transfer-Encoding: identity, chunked\r\n", 501},
    {"TE gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n", 501},
    {"TE chunked, identity", "Transfer-Encoding: chunked, identity\r\n", 400},
    {"TE chunked, chunked", "Transfer-Encoding: chunked, chunked\r\n", 400},
    {"TE chunked and comma", "Transfer-Encoding: chunked,\r\n", 501},
    {"TE empty", "Transfer-Encoding:\r\n", 400},
    {"TE empty and CL", "Transfer-Encoding:\r\nContent-Length: 3\r\n", 400},
    {"TE xchunked", "Transfer-Encoding: xchunked\r\n", 400},
    {"TE chunkedx", "Transfer-Encoding: chunkedx\r\n", 400},
    {"TE quoted", "Transfer-Encoding: \"chunked\"\r\n", 400},
    {"TE single quoted", "Transfer-Encoding: 'chunked'\r\n", 400},
    {"TE with parameter", "Transfer-Encoding: chunked;q=1\r\n", 400},
    {"TE chunked bar", "Transfer-Encoding: chunked bar\r\n", 400},
    {"TE vertical tab before",
     "Transfer-Encoding: \x0b"
     "chunked\r\n",
     400},
    {"TE vertical tab behind", "Transfer-Encoding: chunked\x0b\r\n", 400},
    {"TE form feed",
     "Transfer-Encoding:\x0c"
     "chunked\r\n",
     400},
    {"TE NUL before", raw("Transfer-Encoding: \0chunked\r\n"), 400},
    {"TE NUL behind", raw("Transfer-Encoding: chunked\0\r\n"), 400},
    {"TE no-break space",
     "Transfer-Encoding: \xa0"
     "chunked\r\n",
     400},
    {"TE next line (NEL)",
     "Transfer-Encoding: \x85"
     "chunked\r\n",
     400},
    {"TE byte 0xff",
     "Transfer-Encoding: \xff"
     "chunked\r\n",
     400},
    {"TE DEL", "Transfer-Encoding: chunked\x7f\r\n", 400},
    {"TE Kelvin sign",
     "Transfer-Encoding: chun\xe2\x84\xaa"
     "ed\r\n",
     400},
    {"TE folded value", "Transfer-Encoding:\r\n chunked\r\n", 400},
    {"TE folded with tab", "Transfer-Encoding:\r\n\tchunked\r\n", 400},
    {"TE folded in the name", "Transfer-\r\n Encoding: chunked\r\n", 400},
    {"TE space before colon", "Transfer-Encoding : chunked\r\n", 400},
    {"TE tab before colon", "Transfer-Encoding\t: chunked\r\n", 400},
    {"TE NUL before colon", raw("Transfer-Encoding\0: chunked\r\n"), 400},
    {"TE space in name", "Transfer Encoding: chunked\r\n", 400},
    {"TE without colon", "Transfer-Encoding chunked\r\n", 400},
    {"TE leading space", " Transfer-Encoding: chunked\r\n", 400},
    {"TE leading tab", "\tTransfer-Encoding: chunked\r\n", 400},
    {"TE behind bare LF", "X: x\nTransfer-Encoding: chunked\r\n", 400},
    {"TE behind bare CR", "X: x\rTransfer-Encoding: chunked\r\n", 400},
    {"TE behind CR CR LF", "X: x\r\r\nTransfer-Encoding: chunked\r\n", 400},
    {"TE behind LF CR", "X: x\n\rTransfer-Encoding: chunked\r\n", 400},
    {"TE ended by bare LF", "Transfer-Encoding: chunked\n", 400},
    {"TE behind double colon", "Transfer-Encoding:: chunked\r\n", 400},
    {"TE colon first", ":Transfer-Encoding: chunked\r\n", 400},
    {"TE quoted name", "\"Transfer-Encoding\": chunked\r\n", 400},
    {"TE in parentheses", "Transfer-Encoding: (x)chunked\r\n", 400},
    {"TE name with CRLF smuggled by LF LF", "X: y\n\nGET /admin HTTP/1.1\r\n", 400},
    {"CL twice, different", "Content-Length: 6\r\nContent-Length: 5\r\n", 400},
    {"CL twice, the same", "Content-Length: 5\r\nContent-Length: 5\r\n", 400},
    {"CL twice, case", "Content-Length: 5\r\ncontent-length: 5\r\n", 400},
    {"CL list", "Content-Length: 5, 5\r\n", 400},
    {"CL list without space", "Content-Length: 5,5\r\n", 400},
    {"CL list, different", "Content-Length: 5, 6\r\n", 400},
    {"CL plus", "Content-Length: +5\r\n", 400},
    {"CL minus", "Content-Length: -5\r\n", 400},
    {"CL minus zero", "Content-Length: -0\r\n", 400},
    {"CL hexadecimal", "Content-Length: 0x10\r\n", 400},
    {"CL fraction", "Content-Length: 5.0\r\n", 400},
    {"CL exponent", "Content-Length: 1e1\r\n", 400},
    {"CL two numbers", "Content-Length: 1 2\r\n", 400},
    {"CL underscore", "Content-Length: 1_0\r\n", 400},
    {"CL empty", "Content-Length:\r\n", 400},
    {"CL spaces only", "Content-Length:   \r\n", 400},
    {"CL quoted", "Content-Length: \"5\"\r\n", 400},
    {"CL letters behind", "Content-Length: 5abc\r\n", 400},
    {"CL NUL behind", raw("Content-Length: 5\0\r\n"), 400},
    {"CL vertical tab",
     "Content-Length: \x0b"
     "5\r\n",
     400},
    {"CL arabic digit", "Content-Length: \xd9\xa5\r\n", 400},
    {"CL 2^63", "Content-Length: 9223372036854775808\r\n", 400},
    {"CL 2^64", "Content-Length: 18446744073709551616\r\n", 400},
    {"CL 2^64 + 5", "Content-Length: 18446744073709551621\r\n", 400},
    {"CL many zeros", "Content-Length: 00000000000000000005\r\n", 400},
    {"CL space before colon", "Content-Length : 5\r\n", 400},
    {"CL folded", "Content-Length: \r\n 5\r\n", 400},
});

TEST(Smuggling, framing_vectors_are_refused) {
  for (const Vector& each : kFraming) {
    const TestRequest request(post_with(each.lines) + "0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n");
    EXPECT_EQ(request.status(), each.status) << each.name;
    EXPECT_FALSE(request.what().empty()) << each.name;
  }
}

TEST(Smuggling, the_same_vectors_are_refused_from_an_upstream) {
  for (const Vector& each : kFraming) {
    EXPECT_TRUE(TestResponse(answer_with(each.lines)).refused()) << each.name;
  }
}

constexpr auto kOthers = std::to_array<Vector>({
    {"Host twice", "Host: a.example\r\n", 400},
    {"Host twice, other", "host: evil.example\r\n", 400},
    {"Host with space before colon", "Host : evil.example\r\n", 400},
    {"Host folded", " evil.example\r\n", 400},
    {"field without name", ": value\r\n", 400},
    {"field without colon", "nothing\r\n", 400},
    {"name with slash", "a/b: c\r\n", 400},
    {"name with brackets", "a[b]: c\r\n", 400},
    {"name with at sign", "a@b: c\r\n", 400},
    {"name with obs-text", "a\xe9: c\r\n", 400},
    {"name with NUL", raw("a\0b: c\r\n"), 400},
    {"value with NUL", raw("a: b\0c\r\n"), 400},
    {"value with escape", "a: \x1b[0m\r\n", 400},
    {"value with backspace", "a: b\x08\r\n", 400},
    {"value with DEL", "a: b\x7f\r\n", 400},
    {"value with bare CR", "a: b\rc: d\r\n", 400},
    {"line of spaces", "   \r\n", 400},
    {"Connection strips Content-Length", "Connection: Content-Length\r\nContent-Length: 3\r\n",
     400},
    {"Connection strips Host", "Connection: close, host\r\n", 400},
    {"Connection strips the client's address", "Connection: X-Forwarded-For\r\n", 400},
});

TEST(Smuggling, vectors_of_names_and_values_are_refused) {
  for (const Vector& each : kOthers) {
    EXPECT_EQ(TestRequest(post_with(each.lines)).status(), each.status) << each.name;
  }
}

TEST(Smuggling, every_control_character_is_refused_wherever_it_stands) {
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\t') continue;
    const std::string byte(1, static_cast<char>(c));
    EXPECT_EQ(TestRequest(post_with("X: a" + byte + "b\r\n")).status(), 400) << c;
    EXPECT_EQ(TestRequest(post_with("X" + byte + ": a\r\n")).status(), 400) << c;
    EXPECT_EQ(TestRequest("GET /" + byte + " HTTP/1.1\r\nHost: a\r\n\r\n").status(), 400) << c;
    EXPECT_EQ(TestRequest("GET" + byte + "/ HTTP/1.1\r\nHost: a\r\n\r\n").status(), 400) << c;
    // At every offset of a block that is scanned at once.
    std::string line = "X: ";
    line.append(static_cast<std::size_t>(c), 'f').append(byte).append("b\r\n");
    EXPECT_EQ(TestRequest(post_with(line)).status(), 400) << c;
  }
}

TEST(Smuggling, request_lines_have_two_single_spaces) {
  for (const std::string_view line : {"GET  / HTTP/1.1",
                                      "GET /  HTTP/1.1",
                                      " GET / HTTP/1.1",
                                      "GET / HTTP/1.1 ",
                                      "GET\t/ HTTP/1.1",
                                      "GET /\tHTTP/1.1",
                                      "GET / HTTP/1.1 HTTP/1.1",
                                      "GET / x HTTP/1.1",
                                      "GET",
                                      "GET ",
                                      "GET / ",
                                      "",
                                      "/ HTTP/1.1",
                                      " / HTTP/1.1",
                                      "G@T / HTTP/1.1",
                                      "GET: / HTTP/1.1",
                                      "GET HTTP/1.1",
                                      "GET / HTTP/1.1\rX: y",
                                      "GET http://evil.example/ HTTP/1.1",
                                      "HTTP/1.1 200 OK"}) {
    EXPECT_EQ(TestRequest(std::string(line) + "\r\nHost: a.example\r\n\r\n").status(), 400) << line;
  }
}

TEST(Smuggling, http_1_0_has_no_chunked) {
  EXPECT_EQ(TestRequest("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").status(), 400);
  EXPECT_TRUE(TestResponse("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").refused());
}

TEST(Smuggling, heads_end_with_crlf_only) {
  EXPECT_EQ(TestRequest("GET / HTTP/1.1\nHost: a\n\n").status(), 400);
  EXPECT_EQ(TestRequest("GET / HTTP/1.1\r\nHost: a\r\n\n").status(), 400);
  EXPECT_EQ(TestRequest("GET / HTTP/1.1\r\nHost: a\n\r\n").status(), 400);
  EXPECT_EQ(TestRequest("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").status(), 400);
  EXPECT_EQ(TestRequest("\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n").status(), 400);
}

TEST(Smuggling, what_looks_like_framing_to_cgi_servers_is_dropped) {
  const TestRequest request(
      post_with("Content-Length: 3\r\nTransfer_Encoding: chunked\r\n"
                "Content_Length: 100\r\nX_Forwarded_For: 1.1.1.1\r\n"));
  ASSERT_TRUE(request.complete());
  std::array<char, 4096> out;
  const auto size = build_upstream_request(out, *request.head, {.address = "192.0.2.1"}, {});
  ASSERT_TRUE(size);
  const std::string_view text(out.data(), *size);
  EXPECT_EQ(text.find('_'), std::string_view::npos) << text;
  EXPECT_NE(text.find("\r\nContent-Length: 3\r\n"), std::string_view::npos) << text;
}

}  // namespace
}  // namespace gatehouse::http
