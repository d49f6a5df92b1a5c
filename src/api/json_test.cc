#include "api/json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "api/json_check.h"
#include "api/messages.h"

namespace gatehouse::api {
namespace {

using ::testing::HasSubstr;

Result<ChangeRequest> read(std::string_view json) {
  ChangeRequest message;
  if (auto read = from_json(json, message); !read) return pass_on(read);
  return message;
}

std::string complaint(std::string_view json) {
  const auto result = read(json);
  return result ? "" : result.error().what;
}

TEST(Json, a_message_survives_the_way_there_and_back) {
  ChangeRequest request;
  request.set_why("quotes \" \\ and \xc3\xa9\n");
  request.set_if_revision(18446744073709551615ULL);
  auto& site = *request.add_edits()->mutable_set_site();
  site.set_name("files.example.com");
  site.mutable_site()->add_upstreams("http://127.0.0.1:8080");
  const auto again = read(to_json(request));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->SerializeAsString(), request.SerializeAsString());
}

TEST(Json, field_names_are_lower_camel_case_and_large_numbers_texts) {
  ChangeRequest request;
  request.set_if_revision(5);
  request.set_dry_run(true);
  EXPECT_EQ(to_json(request), R"({"dryRun":true,"ifRevision":"5"})");
}

TEST(Json, entries_of_maps_come_by_their_keys_whatever_their_order_was) {
  constexpr int kSites = 50;
  std::string expected;
  Configuration configuration;
  for (int i = 0; i < kSites; ++i) {
    (*configuration.mutable_sites())[fmt::format("s{:02}", kSites - 1 - i)].set_owner("o");
    expected += fmt::format(R"({}"s{:02}":{{"owner":"o"}})", i == 0 ? "" : ",", i);
  }
  EXPECT_EQ(to_json(configuration), fmt::format(R"({{"sites":{{{}}}}})", expected));
}

TEST(Json, both_spellings_of_a_field_are_read) {
  EXPECT_EQ(read(R"({"ifRevision":"5"})")->if_revision(), 5u);
  EXPECT_EQ(read(R"({"if_revision":5})")->if_revision(), 5u);
}

TEST(Json, an_empty_text_is_an_empty_message) {
  EXPECT_TRUE(read(""));
  EXPECT_TRUE(read(" {} \n"));
}

TEST(Json, keys_given_twice_are_refused_with_their_place) {
  EXPECT_EQ(complaint("{\"why\": \"a\",\n \"why\": \"b\"}"),
            "The JSON has the key \"why\" twice (line 2, column 2).");
  EXPECT_THAT(complaint(R"({"dryRun":true,"dry_run":false})"), HasSubstr("\"dry_run\" twice"));
  EXPECT_THAT(complaint(R"({"why":"a","wh\u0079":"b"})"), HasSubstr("twice"));
  EXPECT_THAT(complaint(R"({"edits":[{"setSite":{"site":{"names":[],"names":[]}}}]})"),
              HasSubstr("twice"));
}

TEST(Json, keys_of_a_map_are_what_they_are) {
  Configuration configuration;
  EXPECT_TRUE(from_json(R"({"sites":{"a_b":{},"aB":{}}})", configuration));
  EXPECT_EQ(configuration.sites_size(), 2);
  EXPECT_FALSE(from_json(R"({"sites":{"a":{},"a":{}}})", configuration));
  EXPECT_FALSE(from_json(R"({"sites":{"a":{"names":[],"names":[]}}})", configuration))
      << "what a map holds is looked at as well";
}

TEST(Json, unknown_fields_are_refused_unless_they_are_to_be_ignored) {
  EXPECT_THAT(complaint(R"({"whyy":"a"})"), HasSubstr("whyy"));
  ChangeRequest message;
  EXPECT_TRUE(from_json(R"({"whyy":"a","why":"b"})", message, UnknownFields::ignored));
  EXPECT_EQ(message.why(), "b");
}

TEST(Json, nothing_is_left_in_the_message_after_an_error) {
  ChangeRequest message;
  EXPECT_FALSE(from_json(R"({"why":"a","dryRun":7})", message));
  EXPECT_EQ(message.why(), "");
}

TEST(Json, is_nested_as_deeply_as_allowed_and_no_deeper) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  const auto& type = *ChangeRequest::descriptor();
  EXPECT_FALSE(check_json(nested(5), 5, type));
  ASSERT_TRUE(check_json(nested(6), 4, type));
  EXPECT_EQ(check_json(nested(6), 4, type)->what, "is nested too deeply");
  EXPECT_THAT(complaint("{\"edits\":" + std::string(1'000'000, '[')), HasSubstr("too deeply"));
}

TEST(Json, what_RFC_8259_does_not_allow_is_refused) {
  for (const char* bad : {"{",
                          "}",
                          "[",
                          "{]",
                          "{\"why\"}",
                          "{\"why\":}",
                          "{\"why\":\"a\"",
                          "{why:\"a\"}",
                          "{'why':'a'}",
                          "{\"why\":'a'}",
                          "{\"why\":\"a\",}",
                          "{,}",
                          "{\"why\":\"a\"}}",
                          "{\"why\":\"a\"} x",
                          "// no\n{}",
                          "{\"dryRun\":True}",
                          "{\"dryRun\":tru}",
                          "{\"ifRevision\":01}",
                          "{\"ifRevision\":+1}",
                          "{\"ifRevision\":1.}",
                          "{\"ifRevision\":.5}",
                          "{\"ifRevision\":1e}",
                          "{\"ifRevision\":-}",
                          "{\"ifRevision\":0x10}",
                          "{\"ifRevision\":NaN}",
                          "{\"why\":\"a\nb\"}",
                          "{\"why\":\"\\x41\"}",
                          "{\"why\":\"\\u12\"}",
                          "{\"why\":\"\\u12g4\"}",
                          "{\"why\":\"\\ud800\"}",
                          "{\"why\":\"\\udc00\"}",
                          "{\"why\":\"\\ud800\\u0041\"}",
                          "{\"why\":\"\xff\"}",
                          "{\"why\":\"\xc0\x80\"}",
                          "{\"why\":\"\xed\xa0\x80\"}",
                          "{\"why\":\"\xe2\x82\"}",
                          "\xef\xbb\xbf{}",
                          "null x",
                          "{\"a\":1 \"b\":2}",
                          "[1 2]"}) {
    EXPECT_FALSE(read(bad)) << bad;
    EXPECT_TRUE(check_json(bad, 64, *ChangeRequest::descriptor())) << bad;
  }
}

TEST(Json, what_RFC_8259_allows_is_no_fault) {
  for (const char* good :
       {"{}", "[]", "null", "true", "false", "0", "-0", "-1.5e+10", "1E5", "\"\"",
        R"("\"\\\/\b\f\n\r\t\u0041\ud83d\ude00")", "\"\xf0\x9f\x94\x92\x7f\"",
        " { \"a\" : [ 1 , { } ] , \"b\" : null } \r\n\t"}) {
    const auto fault = check_json(good, 64, *ChangeRequest::descriptor());
    EXPECT_FALSE(fault) << good << ": " << fault->what;
  }
}

TEST(Json, a_text_with_a_zero_byte_is_read_whole) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(read("{}\0{}"sv));
  EXPECT_FALSE(read("{\"why\":\"a\0b\"}"sv));
  EXPECT_EQ(read(R"({"why":"a\u0000b"})")->why(), "a\0b"sv);
}

TEST(Json, errors_are_harmless_on_a_terminal) {
  const std::string what = complaint("{\"\\u001b[31m\":1}");
  EXPECT_EQ(what.find('\x1b'), what.npos);
  EXPECT_EQ(read("{\"a\":1}").error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace gatehouse::api
