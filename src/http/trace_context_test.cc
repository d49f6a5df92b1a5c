#include "http/trace_context.h"

#include <string>

#include <gmock/gmock.h>

#include "http/testing.h"

namespace gatehouse::http {
namespace {

using testing::get_with;
using testing::TestRequest;

constexpr std::string_view kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view kValid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, the_trace_id_of_the_specification_s_example) {
  EXPECT_EQ(trace_id_of(kValid), kTraceId);
}

TEST(TraceContext, a_later_version_may_say_more) {
  EXPECT_EQ(trace_id_of("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), kTraceId);
  EXPECT_EQ(trace_id_of("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"),
            kTraceId);
  EXPECT_EQ(trace_id_of("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what"), "");
  EXPECT_EQ(trace_id_of(std::string(kValid) + "-more"), "") << "version 00 ends there";
}

TEST(TraceContext, what_is_not_exactly_so_is_not_valid) {
  for (const std::string_view wrong : {
           "",
           "00",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
       }) {
    EXPECT_EQ(trace_id_of(wrong), "") << wrong;
  }
  EXPECT_EQ(trace_id_of("cc" + std::string(kValid.substr(2)) + "-" + std::string(1000, 'x')), "");
}

TEST(TraceContext, two_of_them_are_none) {
  const std::string line = "traceparent: " + std::string(kValid) + "\r\n";
  EXPECT_EQ(valid_traceparent(TestRequest(get_with(line)).head->fields), kValid);
  EXPECT_EQ(valid_traceparent(TestRequest(get_with(line + line)).head->fields), "");
  EXPECT_EQ(valid_traceparent(TestRequest(get_with("")).head->fields), "");
}

TEST(TraceContext, what_is_made_is_valid) {
  const Traceparent made = make_traceparent(kTraceId, "00f067aa0ba902b7");
  const std::string_view text(made.data(), made.size());
  EXPECT_EQ(text, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  EXPECT_EQ(trace_id_of(text), kTraceId);
}

}  // namespace
}  // namespace gatehouse::http
