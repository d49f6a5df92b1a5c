#include "base/base64.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

// RFC 4648 section 10.
TEST(Base64, is_that_of_the_rfc) {
  EXPECT_EQ(base64(as_bytes("")), "");
  EXPECT_EQ(base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(base64(as_bytes("foob")), "Zm9vYg==");
  EXPECT_EQ(base64(as_bytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Base64, writes_every_digit) {
  const Bytes bytes{0x00, 0x10, 0x83, 0xfb, 0xef, 0xff};
  EXPECT_EQ(base64(bytes), "ABCD++//");
}

}  // namespace
}  // namespace gatehouse
