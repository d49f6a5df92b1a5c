#include "crypto/keyed_hash.h"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

// The first two vectors of SipHash's authors: key 00 to 0f, texts "" and 00.
constexpr KeyedHash::Key kKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

TEST(KeyedHash, is_siphash_2_4) {
  const KeyedHash hash(kKey);
  EXPECT_EQ(hash(""), 0x726fdb47dd0e0e31u);
  EXPECT_EQ(hash(std::string_view("\0", 1)), 0x74f839c593dc67fdu);
}

TEST(KeyedHash, two_of_them_give_a_text_different_values) {
  const KeyedHash one = KeyedHash::random();
  EXPECT_EQ(one("a.example"), one("a.example"));
  EXPECT_NE(one("a.example"), one("b.example"));
  EXPECT_NE(one("a.example"), KeyedHash::random()("a.example"));
}

}  // namespace
}  // namespace gatehouse::crypto
