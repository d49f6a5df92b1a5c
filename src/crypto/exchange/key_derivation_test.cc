#include "crypto/exchange/key_derivation.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "crypto/exchange/passphrase.h"

namespace gatehouse::crypto {
namespace {

std::string pkcs12(std::string_view passphrase, Pkcs12Use use, std::string_view salt,
                   std::uint32_t rounds, std::size_t size) {
  const auto spellings = spellings_of(Passphrase::parse(passphrase).value());
  return hex(
      derive_pkcs12(EVP_sha1(), use, spellings.front().wide.view(), {as_bytes(salt), rounds}, size)
          ->view());
}

// The vectors that implementations of PKCS#12 compare themselves by.
TEST(KeyDerivation, of_pkcs12_agrees_with_others) {
  EXPECT_EQ(pkcs12("smeg", Pkcs12Use::key, "\x0a\x58\xcf\x64\x53\x0d\x82\x3f", 1, 24),
            "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3");
  EXPECT_EQ(pkcs12("smeg", Pkcs12Use::iv, "\x0a\x58\xcf\x64\x53\x0d\x82\x3f", 1, 8),
            "79993dfe048d3b76");
  EXPECT_EQ(pkcs12("smeg", Pkcs12Use::mac, "\x3d\x83\xc0\xe4\x54\x6a\xc1\x40", 1, 20),
            "8d967d88f6caa9d714800ab3d48051d63f73a312");
  EXPECT_EQ(pkcs12("queeg", Pkcs12Use::key, "\x05\xde\xc9\x59\xac\xff\x72\xf7", 1000, 24),
            "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4");
  EXPECT_EQ(pkcs12("queeg", Pkcs12Use::iv, "\x05\xde\xc9\x59\xac\xff\x72\xf7", 1000, 8),
            "11dedad7758d4860");
}

// RFC 6070.
TEST(KeyDerivation, of_pbkdf2_agrees_with_the_rfc) {
  const auto derived = [](std::uint32_t rounds) {
    return hex(
        derive_pbkdf2(EVP_sha1(), as_bytes("password"), {as_bytes("salt"), rounds}, 20)->view());
  };
  EXPECT_EQ(derived(1), "0c60c80f961f0e71f3a9b524af6012062fe037a6");
  EXPECT_EQ(derived(4096), "4b007901b765489abead49d926f721d065a429c1");
}

TEST(KeyDerivation, of_pbkdf1_is_bounded_by_its_digest) {
  EXPECT_TRUE(derive_pbkdf1(EVP_md5(), as_bytes("x"), {as_bytes("salt"), 1}, 16));
  EXPECT_FALSE(derive_pbkdf1(EVP_md5(), as_bytes("x"), {as_bytes("salt"), 1}, 17));
}

TEST(KeyDerivation, of_old_pem_keys_needs_its_salt) {
  EXPECT_TRUE(derive_dek_info(as_bytes("x"), as_bytes("8 bytes!"), 32));
  EXPECT_FALSE(derive_dek_info(as_bytes("x"), as_bytes("7 bytes"), 32));
}

TEST(RoundBudget, is_not_touched_by_what_it_cannot_give) {
  RoundBudget budget(10);
  EXPECT_FALSE(budget.take(11));
  EXPECT_TRUE(budget.take(10));
  EXPECT_FALSE(budget.take(1));
}

}  // namespace
}  // namespace gatehouse::crypto
