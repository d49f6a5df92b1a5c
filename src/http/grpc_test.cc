#include "http/grpc.h"

#include <gtest/gtest.h>

#include "http/testing.h"

namespace gatehouse::http {
namespace {

bool grpc_of(std::string_view type) {
  const testing::TestRequest request(
      testing::post_with("Content-Type: " + std::string(type) + "\r\n"));
  return request.complete() && is_grpc(*request.head);
}

TEST(Grpc, is_known_by_its_type) {
  EXPECT_TRUE(grpc_of("application/grpc"));
  EXPECT_TRUE(grpc_of("application/grpc+proto"));
  EXPECT_TRUE(grpc_of("Application/gRPC; a=b"));
  EXPECT_FALSE(grpc_of("application/grpc-web"));
  EXPECT_FALSE(grpc_of("application/json"));
  EXPECT_FALSE(is_grpc(*testing::TestRequest(testing::get_with("")).head));
}

TEST(Grpc, has_a_status_of_its_own_for_what_we_answer) {
  EXPECT_EQ(grpc_status(502), "14");
  EXPECT_EQ(grpc_status(504), "14");
  EXPECT_EQ(grpc_status(404), "12");
  EXPECT_EQ(grpc_status(413), "8");
  EXPECT_EQ(grpc_status(400), "13");
}

TEST(Grpc, has_messages_of_printable_ascii) {
  EXPECT_EQ(grpc_message("The application at 127.0.0.1:1 refused."),
            "The application at 127.0.0.1:1 refused.");
  EXPECT_EQ(grpc_message("100 %\r\n\xc3\xa9"), "100 %25%0D%0A%C3%A9");
}

}  // namespace
}  // namespace gatehouse::http
