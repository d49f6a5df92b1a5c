#include "api/connect.h"

#include <gmock/gmock.h>

namespace gatehouse::api {
namespace {

using namespace std::string_view_literals;
using ::testing::HasSubstr;

constexpr ErrorKind kAllKinds[]{
    ErrorKind::failed,      ErrorKind::usage,         ErrorKind::invalid,  ErrorKind::not_found,
    ErrorKind::unreachable, ErrorKind::not_permitted, ErrorKind::conflict, ErrorKind::timed_out};

TEST(ConnectError, every_kind_survives_the_way_to_the_client) {
  for (const ErrorKind kind : kAllKinds) {
    for (const bool retry : {false, true}) {
      const Error error{Fault::ours, retry, "What happened.", kind};
      const Error read = read_error(error_json(error), http_status(connect_code(kind)));
      EXPECT_EQ(read.kind, kind);
      EXPECT_EQ(read.retry, retry);
      EXPECT_EQ(read.what, "What happened.");
    }
  }
}

TEST(ConnectError, is_written_as_the_protocol_says) {
  EXPECT_EQ(error_json("not_found", "No such site."),
            R"({"code":"not_found","message":"No such site."})");
}

TEST(ConnectError, a_code_without_details_is_understood) {
  const auto kind = [](std::string_view code) {
    return read_error(error_json(code, "x"), 500).kind;
  };
  EXPECT_EQ(kind("invalid_argument"), ErrorKind::invalid);
  EXPECT_EQ(kind("permission_denied"), ErrorKind::not_permitted);
  EXPECT_EQ(kind("already_exists"), ErrorKind::conflict);
  EXPECT_EQ(kind("aborted"), ErrorKind::conflict);
  EXPECT_EQ(kind("unavailable"), ErrorKind::unreachable);
  EXPECT_EQ(kind("deadline_exceeded"), ErrorKind::timed_out);
  EXPECT_EQ(kind("unimplemented"), ErrorKind::failed);
  EXPECT_EQ(kind("what-is-this"), ErrorKind::failed);
}

TEST(ConnectError, an_answer_that_is_not_understood_is_judged_by_its_status) {
  EXPECT_EQ(read_error("<html>", 404).kind, ErrorKind::not_found);
  EXPECT_EQ(read_error("", 403).kind, ErrorKind::not_permitted);
  EXPECT_EQ(read_error("{}", 503).kind, ErrorKind::unreachable);
  EXPECT_EQ(read_error("{}", 408).kind, ErrorKind::timed_out);
  EXPECT_EQ(read_error("{}", 418).kind, ErrorKind::failed);
  EXPECT_THAT(read_error("{}", 418).what, HasSubstr("418"));
}

TEST(ConnectError, a_detail_that_is_none_changes_nothing) {
  EXPECT_EQ(read_error(R"({"code":"not_found","message":"x","details":[{"type":
      "gatehouse.v1.ErrorDetail","value":"/////w=="},{"type":"other","value":"CgV1c2FnZQ=="}]})",
                       404)
                .kind,
            ErrorKind::not_found);
}

TEST(ConnectError, a_sentence_is_text_and_harmless_on_a_terminal) {
  const Error error{Fault::ours, false, "bad \xff byte", ErrorKind::failed};
  EXPECT_THAT(error_json(error), HasSubstr("bad \xef\xbf\xbd byte"));
  EXPECT_EQ(read_error(R"({"code":"internal","message":"\u001b[31m"})", 500).what.find('\x1b'),
            std::string::npos);
}

TEST(ConnectError, the_end_of_a_stream_tells_whether_it_was_in_order) {
  EXPECT_FALSE(read_end_of_stream("{}"));
  EXPECT_FALSE(read_end_of_stream(R"({"metadata":{}})"));
  const auto error = read_end_of_stream(R"({"error":{"code":"permission_denied","message":"x"}})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ErrorKind::not_permitted);
  EXPECT_TRUE(read_end_of_stream("{"));
}

TEST(ConnectCode, has_the_status_of_the_protocol) {
  EXPECT_EQ(http_status("invalid_argument"), 400);
  EXPECT_EQ(http_status("permission_denied"), 403);
  EXPECT_EQ(http_status("aborted"), 409);
  EXPECT_EQ(http_status("unimplemented"), 501);
  EXPECT_EQ(http_status("unavailable"), 503);
  EXPECT_EQ(http_status("what-is-this"), 500);
}

TEST(Envelope, survives_the_way_there_and_back) {
  const std::string data(70'000, 'x');
  const std::string bytes = envelope(kEndOfStream, data) + "more";
  const auto read = read_envelope(bytes, 1 << 20);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->flags, kEndOfStream);
  EXPECT_EQ((*read)->data, data);
  EXPECT_EQ((*read)->size, kEnvelopeHead + data.size());
}

TEST(Envelope, is_incomplete_at_every_byte_before_its_last) {
  const std::string bytes = envelope(0, "{}");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto read = read_envelope(std::string_view(bytes).substr(0, i), 100);
    ASSERT_TRUE(read);
    EXPECT_FALSE(*read) << i;
  }
}

TEST(Envelope, too_large_or_compressed_is_refused_before_it_is_there) {
  EXPECT_FALSE(read_envelope("\0\xff\xff\xff\xff"sv, 1000));
  EXPECT_FALSE(read_envelope("\0\0\0\0\x0b"sv, 10));
  EXPECT_TRUE(read_envelope("\0\0\0\0\x0a"sv, 10));
  EXPECT_FALSE(read_envelope("\1\0\0\0\0"sv, 1000));
  EXPECT_FALSE(read_envelope("\x80\0\0\0\0"sv, 1000));
}

}  // namespace
}  // namespace gatehouse::api
