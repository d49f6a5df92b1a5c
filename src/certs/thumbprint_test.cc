#include "certs/thumbprint.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;

const crypto::Sha256 kSha256 = crypto::sha256(as_bytes("a certificate"));
const crypto::Sha1 kSha1 = crypto::sha1(as_bytes("a certificate"));

bool means_it(std::string_view text) {
  const auto thumbprint = Thumbprint::parse(text);
  return thumbprint && thumbprint->matches(kSha1, kSha256);
}

// The digits as somebody could have written or pasted them.
std::string spelled(std::string_view digits, std::mt19937& random) {
  constexpr std::array<std::string_view, 20> kBetween{
      "",       " ",      "-",      ":",      "/",      "\t",     "\r\n",
      "\u00a0", "\u200e", "\u200b", "\ufeff", "\u202a", "\u2013", "\u2010",
      "\u2009", "\u3000", "\u00ad", "\u2066", "\u202f", "\u2060"};
  std::uniform_int_distribution<std::size_t> pick(0, kBetween.size() - 1);
  std::uniform_int_distribution<int> coin(0, 1);
  const bool sparse = coin(random) == 1;
  std::string text(kBetween.at(pick(random)));
  for (const char digit : digits) {
    text += coin(random) == 1 ? static_cast<char>(std::toupper(digit)) : digit;
    if (!sparse || coin(random) == 1) text += kBetween.at(pick(random));
  }
  return text;
}

TEST(Thumbprint, I3_any_spelling_of_it_means_it) {
  std::mt19937 random(20261121);
  std::uniform_int_distribution<std::size_t> sha1_length(8, 40);
  std::uniform_int_distribution<std::size_t> sha256_length(8, 64);
  for (int round = 0; round < 2000; ++round) {
    const std::string sha1 = crypto::hex(kSha1).substr(0, sha1_length(random));
    const std::string sha256 = crypto::hex(kSha256).substr(0, sha256_length(random));
    for (const std::string& digits : {sha1, sha256}) {
      const std::string text = spelled(digits, random);
      const auto thumbprint = Thumbprint::parse(text);
      ASSERT_TRUE(thumbprint) << text;
      EXPECT_EQ(thumbprint->digits(), digits);
      EXPECT_TRUE(thumbprint->matches(kSha1, kSha256)) << text;
    }
  }
}

TEST(Thumbprint, I3_a_digit_that_differs_means_another_one) {
  for (std::size_t i = 0; i < 64; ++i) {
    std::string digits = crypto::hex(kSha256);
    digits[i] = digits[i] == '0' ? '1' : '0';
    EXPECT_FALSE(means_it(digits)) << i;
  }
}

TEST(Thumbprint, I3_a_label_in_front_says_which_digest_it_is) {
  EXPECT_TRUE(means_it("SHA1 Fingerprint=" + crypto::hex(kSha1)));
  EXPECT_TRUE(means_it("sha256 Fingerprint=" + crypto::hex(kSha256)));
  EXPECT_TRUE(means_it("SHA-256: " + crypto::hex(kSha256).substr(0, 12)));
  EXPECT_TRUE(means_it("Sha1:" + crypto::hex(kSha1).substr(0, 12)));
  EXPECT_FALSE(means_it("sha256:" + crypto::hex(kSha1)));
  EXPECT_FALSE(means_it("sha1:" + crypto::hex(kSha256).substr(0, 40)));
}

TEST(Thumbprint, I3_the_beginning_is_taken_from_8_digits_on) {
  EXPECT_TRUE(means_it(crypto::hex(kSha256).substr(0, 8)));
  EXPECT_FALSE(Thumbprint::parse(crypto::hex(kSha256).substr(0, 7)));
  EXPECT_FALSE(means_it(crypto::hex(kSha256).substr(1)));
}

TEST(Thumbprint, is_whole_with_all_digits_of_a_digest) {
  EXPECT_TRUE(Thumbprint::parse(crypto::hex(kSha1))->whole());
  EXPECT_TRUE(Thumbprint::parse(crypto::hex(kSha256))->whole());
  EXPECT_FALSE(Thumbprint::parse(crypto::hex(kSha256).substr(0, 63))->whole());
  EXPECT_FALSE(Thumbprint::parse("sha256:" + crypto::hex(kSha1))->whole());
}

TEST(Thumbprint, refuses_what_is_none_and_says_why) {
  EXPECT_THAT(Thumbprint::parse("1234").error().what, HasSubstr("has 4 digits"));
  EXPECT_THAT(Thumbprint::parse("").error().what, HasSubstr("has 0 digits"));
  EXPECT_THAT(Thumbprint::parse(std::string(65, 'a')).error().what, HasSubstr("has 65 digits"));
  EXPECT_THAT(Thumbprint::parse("sha1:" + std::string(41, 'a')).error().what,
              HasSubstr("has 41 digits"));
  EXPECT_THAT(Thumbprint::parse("files.example.com").error().what, HasSubstr("hexadecimal digits"));
  EXPECT_THAT(Thumbprint::parse("12345678\xff").error().what, HasSubstr("hexadecimal digits"));
  EXPECT_THAT(Thumbprint::parse("12345678\u0434").error().what, HasSubstr("hexadecimal digits"));
  EXPECT_FALSE(Thumbprint::parse(std::string("12345678\0", 9)));
  EXPECT_FALSE(Thumbprint::parse(std::string(2000, ' ') + "12345678"));
}

}  // namespace
}  // namespace gatehouse::certs
