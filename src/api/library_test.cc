#include "api/library.h"

#include <google/protobuf/stubs/logging.h>

#include <gtest/gtest.h>

#include "api/messages.h"

namespace gatehouse::api {
namespace {

// What parsing text that is no UTF-8 writes to stderr.
std::string said_of_no_utf_8() {
  ::testing::internal::CaptureStderr();
  Logs logs;
  EXPECT_FALSE(logs.ParseFromString("\x0a\x01\xff"));  // `access`, one byte
  return ::testing::internal::GetCapturedStderr();
}

TEST(Protobuf, says_nothing_by_itself_of_text_that_is_no_utf_8) {
  auto* const before = google::protobuf::SetLogHandler(nullptr);
  google::protobuf::SetLogHandler(before);
  EXPECT_NE(said_of_no_utf_8(), "") << "there would be nothing to keep silent";
  keep_protobuf_silent();
  EXPECT_EQ(said_of_no_utf_8(), "");
  google::protobuf::SetLogHandler(before);
}

}  // namespace
}  // namespace gatehouse::api
