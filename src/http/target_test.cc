#include "http/target.h"

#include <string>

#include <gtest/gtest.h>

#include "base/server_name.h"
#include "http/testing.h"

namespace gatehouse::http {
namespace {

using testing::TestRequest;

TestRequest request_of(std::string_view target, std::string_view host = "a.example",
                       std::string_view method = "GET") {
  return TestRequest(std::string(method) + " " + std::string(target) +
                     " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
}

TEST(Target, is_split_at_the_first_question_mark) {
  EXPECT_EQ(request_of("/a/b")->path, "/a/b");
  EXPECT_EQ(request_of("/a/b")->query, "");
  EXPECT_EQ(request_of("/?")->path, "/");
  EXPECT_EQ(request_of("/?")->target, "/?");
  EXPECT_EQ(request_of("/a?b?c=/d")->query, "b?c=/d");
}

TEST(Target, may_hold_what_browsers_and_curl_send_raw) {
  for (const std::string_view target :
       {"/a|b", "/a[0]", "/{x}", "/a^b", "/q?x=\"y\"", "/q?100%", "/q?a\\b", "//double", "/a;b=c",
        "/%C3%A9", "/*", "/a:b@c!$&'()*+,;=", "/?x=%zz"}) {
    EXPECT_TRUE(request_of(target).complete()) << target;
  }
}

TEST(Target, that_is_odd_is_refused) {
  const std::string_view odd[] = {"/a b",
                                  "/a#b",
                                  "#",
                                  "/a\tb",
                                  "/\xc3\xa9",
                                  "/a\\b",
                                  "/\\..\\x",
                                  "/%",
                                  "/%4",
                                  "/%zz",
                                  "/a%00b",
                                  "a",
                                  "a/b",
                                  "?x",
                                  "*",
                                  "**",
                                  "a.example:443",
                                  "ftp://a.example/",
                                  "http:/a",
                                  "http://",
                                  "http:///x",
                                  "HTTP//a.example",
                                  "javascript:x",
                                  "/a\x7f",
                                  "/ /",
                                  "/x?y z",
                                  "/x?y#z",
                                  "/x?\xff"};
  for (const std::string_view target : odd) {
    EXPECT_EQ(request_of(target).status(), 400) << target;
  }
}

TEST(Target, may_be_absolute_and_names_the_host_then) {
  const TestRequest request = request_of("http://A.example:81/x?y", "a.example:81");
  ASSERT_TRUE(request.complete()) << request.what();
  EXPECT_EQ(request->target, "/x?y");
  EXPECT_EQ(request->path, "/x");
  EXPECT_EQ(request->authority_text, "A.example:81");
  EXPECT_EQ(request->target_scheme, Scheme::http);
  EXPECT_EQ(request_of("HTTPS://a.example/")->target_scheme, Scheme::https);
  EXPECT_EQ(request_of("http://a.example")->target, "/");
  EXPECT_EQ(request_of("http://[::1]:80/", "[::1]:80")->authority_text, "[::1]:80");
}

TEST(Target, that_is_absolute_must_agree_with_host) {
  EXPECT_EQ(request_of("http://b.example/").status(), 400);
  EXPECT_EQ(request_of("http://a.example:80/").status(), 400);
  EXPECT_EQ(request_of("http://user@a.example/", "user@a.example").status(), 400);
  EXPECT_EQ(request_of("http://a.example@b/", "a.example").status(), 400);
  EXPECT_EQ(request_of("http://a.example?x").status(), 400);
  EXPECT_EQ(TestRequest("GET http://a.example/ HTTP/1.1\r\n\r\n").status(), 400);
  EXPECT_TRUE(TestRequest("GET http://a.example/ HTTP/1.0\r\n\r\n").complete());
}

TEST(Target, asterisk_is_for_options_only) {
  EXPECT_EQ(request_of("*", "a.example", "OPTIONS")->target, "*");
  EXPECT_EQ(request_of("http://a.example", "a.example", "OPTIONS")->target, "*");
  EXPECT_EQ(request_of("http://a.example/", "a.example", "OPTIONS")->target, "/");
  EXPECT_EQ(request_of("*", "a.example", "POST").status(), 400);
}

TEST(Target, dot_segments_are_told_in_every_disguise) {
  for (const std::string_view path :
       {"/.", "/..", "/a/../b", "/a/./b", "/a/..", "/%2e%2e/b", "/.%2E/b", "/a/%2e", "/..;/b",
        "/..;x=y/b", "/a%2f..%2fb", "/a%2F../b", "/a%5c..%5cb", "/.;"}) {
    EXPECT_TRUE(has_dot_segments(path)) << path;
    EXPECT_TRUE(request_of(path)->dot_segments) << path;
  }
  for (const std::string_view path :
       {"/", "/a", "/a.b", "/...", "/.a", "/..a", "/a..", "/a./b", "/%2ea", "/a;..", "/;/..x"}) {
    EXPECT_FALSE(has_dot_segments(path)) << path;
    EXPECT_FALSE(request_of(path)->dot_segments) << path;
  }
  EXPECT_FALSE(request_of("/a?/../b")->dot_segments);
}

TEST(Authority, is_the_same_language_as_that_of_base) {
  const std::string label63(63, 'a');
  const std::string label64(64, 'a');
  std::string longest;
  while (longest.size() < 250) longest += "a.";
  for (const std::string& text : std::vector<std::string>{"a",
                                                          "a.example",
                                                          "A.Example:8443",
                                                          "a.example.",
                                                          "a.example.:1",
                                                          "a:",
                                                          "a:0",
                                                          "a:65535",
                                                          "a:65536",
                                                          "a:00080",
                                                          "a:x",
                                                          "a:8 0",
                                                          "a:-1",
                                                          "1.2.3.4",
                                                          "1.2.3.4:5",
                                                          "1.2.3",
                                                          "1.2.3.4.",
                                                          "256.1.1.1",
                                                          "a.1",
                                                          "1.a",
                                                          "01.2.3.4",
                                                          "[::1]",
                                                          "[::1]:443",
                                                          "[::1]:",
                                                          "[::1]x",
                                                          "[::1",
                                                          "::1",
                                                          "::1:80",
                                                          "[127.0.0.1]",
                                                          "[]",
                                                          "[",
                                                          "]",
                                                          "",
                                                          ":",
                                                          ":80",
                                                          ".",
                                                          "..",
                                                          "a..b",
                                                          "-a",
                                                          "a-",
                                                          "a-b",
                                                          "_a",
                                                          "a_b",
                                                          "a b",
                                                          "a/b",
                                                          "a@b",
                                                          "a,b",
                                                          "a?b",
                                                          "a#b",
                                                          "a%20b",
                                                          "[::1%eth0]",
                                                          "[fe80::1%25lo]",
                                                          "[::ffff:1.2.3.4]",
                                                          "b\xc3\xbc.example",
                                                          label63 + ".a",
                                                          label64 + ".a",
                                                          longest + "aaa",
                                                          longest + "aaaa",
                                                          "*",
                                                          "*.a",
                                                          "0x7f.1",
                                                          "a]:80",
                                                          "[a]:b]:80",
                                                          "a:b:c",
                                                          "localhost",
                                                          "[0:0:0:0:0:0:0:1]",
                                                          "[::12345]",
                                                          "[::FFFF]",
                                                          "a:99999999999999999999"}) {
    EXPECT_EQ(valid_authority(text), Authority::parse(text).has_value()) << text;
  }
}

TEST(Host, that_is_no_host_is_refused) {
  for (const std::string_view host : {"", "a b", "a/b", "a@b", "a,b", "http://a", "a:99999", "a:b",
                                      "*", "a..b", "[::1", "\xc3\xa9", "a.example, b.example"}) {
    EXPECT_EQ(request_of("/", host).status(), 400) << host;
  }
}

}  // namespace
}  // namespace gatehouse::http
