#include "edge/proxy_protocol/crc32c.h"

#include <string>

#include <gtest/gtest.h>

namespace gatehouse::edge {
namespace {

// RFC 3720 appendix B.4 has these sums, as bytes lowest first.
TEST(Crc32c, the_sums_of_the_examples_of_iscsi) {
  std::string rising;
  for (char c = 0; c < 32; ++c) rising += c;
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c(rising), 0x46dd794eU);
  EXPECT_EQ(crc32c(std::string(rising.rbegin(), rising.rend())), 0x113fdb5cU);
}

TEST(Crc32c, the_sum_of_the_nine_digits) { EXPECT_EQ(crc32c("123456789"), 0xe3069283U); }

TEST(Crc32c, the_sum_of_nothing_is_zero) { EXPECT_EQ(crc32c(""), 0U); }

TEST(Crc32c, pieces_have_the_sum_of_the_whole) {
  const std::string whole = "GET / HTTP/1.1\r\n";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_EQ(crc32c(whole.substr(cut), crc32c(whole.substr(0, cut))), crc32c(whole)) << cut;
  }
}

}  // namespace
}  // namespace gatehouse::edge
