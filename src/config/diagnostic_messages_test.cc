#include "config/diagnostic_messages.h"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

TEST(DiagnosticMessages, lose_nothing_on_the_way_there_and_back) {
  const Diagnostics told{{.code = "GH2107",
                          .severity = Severity::error,
                          .message = "unknown field",
                          .place = {"/etc/g.yaml", 7, 5},
                          .text = "    upstrem: x",
                          .length = 7,
                          .hint = "did you mean `upstreams`?"},
                         {.code = "GH3501", .severity = Severity::warning, .message = "careful"}};
  DiagnosticMessages messages;
  add(told, messages);
  const Diagnostics again = diagnostics_of(messages);
  ASSERT_EQ(again.size(), told.size());
  EXPECT_EQ(render(again), render(told));
  EXPECT_EQ(again[1].severity, Severity::warning);
  EXPECT_EQ(messages[0].severity(), "error");
}

}  // namespace
}  // namespace gatehouse::config
