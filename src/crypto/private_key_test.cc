#include "crypto/private_key.h"

#include <gtest/gtest.h>
#include <openssl/bytestring.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>

#include "crypto/pem.h"
#include "crypto/testing/chains.h"
#include "crypto/testing/samples.h"

namespace gatehouse::crypto {
namespace {

std::string pem_of(const PrivateKey& key) {
  const Secret pem = key.to_pem();
  return std::string(as_text(pem.view()));
}

class EveryKeyType : public ::testing::TestWithParam<std::pair<KeyType, const char*>> {};

TEST_P(EveryKeyType, is_made_written_and_read_again) {
  const auto key = PrivateKey::generate(GetParam().first).value();
  const auto again = PrivateKey::from_pem(pem_of(key)).value();
  EXPECT_EQ(key.text(), GetParam().second);
  EXPECT_EQ(again.text(), key.text());
  EXPECT_EQ(again.bits(), key.bits());
  EXPECT_EQ(again.algorithm(), key.algorithm());
  EXPECT_EQ(again.spki_sha256(), key.spki_sha256());
}

TEST_P(EveryKeyType, that_we_have_written_is_known_again_and_signs) {
  const auto key = PrivateKey::generate(GetParam().first).value();
  const auto again = PrivateKey::known(key.to_pkcs8().view()).value();
  EXPECT_EQ(again.text(), key.text());
  EXPECT_EQ(again.spki_sha256(), key.spki_sha256());
  EXPECT_EQ(again.to_pkcs8().view().size(), key.to_pkcs8().view().size());
  const auto certificate = issue_self_signed(testing::ca_spec("x", 0), again).value();
  EXPECT_TRUE(certificate.matches(key));
  EXPECT_TRUE(certificate.is_self_signed());
  EXPECT_EQ(ERR_peek_error(), 0u);
}

INSTANTIATE_TEST_SUITE_P(PrivateKey, EveryKeyType,
                         ::testing::Values(std::pair{KeyType::p256, "ECDSA P-256"},
                                           std::pair{KeyType::p384, "ECDSA P-384"},
                                           std::pair{KeyType::rsa2048, "RSA 2048"},
                                           std::pair{KeyType::rsa3072, "RSA 3072"},
                                           std::pair{KeyType::ed25519, "Ed25519"}));

TEST(PrivateKey, a_copy_is_the_same_key) {
  const auto key = PrivateKey::generate(KeyType::p256).value();
  PrivateKey copy = key;
  EXPECT_EQ(copy.native(), key.native());
  copy = PrivateKey::generate(KeyType::p256).value();
  EXPECT_NE(copy.spki_sha256(), key.spki_sha256());
}

TEST(PrivateKey, is_read_in_the_forms_of_old_tools) {
  EXPECT_EQ(PrivateKey::from_pem(samples::kEcForm).value().text(), "ECDSA P-256");
  EXPECT_EQ(PrivateKey::from_pem(samples::kRsaForm).value().text(), "RSA 2048");
}

TEST(PrivateKey, that_is_known_may_come_without_its_public_key_or_cut_short) {
  const auto key = PrivateKey::from_pem(samples::kEcForm).value();
  const Secret pkcs8 = key.to_pkcs8();
  const ByteView whole = pkcs8.view();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(PrivateKey::known(whole.first(size))) << size;
  }
  CBB out;
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  EC_KEY* ec = EVP_PKEY_get0_EC_KEY(key.native());
  EC_KEY_set_enc_flags(ec, EC_PKEY_NO_PUBKEY);
  ASSERT_TRUE(CBB_init(&out, 256) && EVP_marshal_private_key(&out, key.native()) &&
              CBB_finish(&out, &bytes, &size));
  const LibraryBytes owned(bytes);
  EXPECT_LT(size, whole.size());
  EXPECT_EQ(PrivateKey::known({bytes, size}).value().spki_sha256(), key.spki_sha256());
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(PrivateKey, is_found_between_certificates) {
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const std::string text = std::string(samples::kCertificate) + pem_of(key);
  EXPECT_EQ(PrivateKey::from_pem(text).value().spki_sha256(), key.spki_sha256());
}

TEST(PrivateKey, an_encrypted_one_is_refused_with_what_to_do) {
  for (const std::string_view text : {samples::kEncryptedPkcs8, samples::kEncryptedTraditional}) {
    const auto key = PrivateKey::from_pem(text);
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().what.find("openssl pkey"), std::string::npos) << key.error().what;
    EXPECT_EQ(key.error().kind, ErrorKind::invalid);
  }
}

TEST(PrivateKey, says_when_there_is_none_or_more_than_one) {
  EXPECT_EQ(PrivateKey::from_pem(samples::kCertificate).error().what,
            "there is no private key in the text");
  EXPECT_EQ(PrivateKey::from_pem("").error().what, "there is no private key in the text");
  const std::string one = pem_of(PrivateKey::generate(KeyType::p256).value());
  EXPECT_EQ(PrivateKey::from_pem(one + one).error().what,
            "there is more than one private key in the text");
}

TEST(PrivateKey, refuses_what_is_too_weak_or_unusual) {
  EXPECT_EQ(PrivateKey::from_pem(samples::kRsa1024).error().what,
            "the RSA key has 1024 bits; 2048 to 8192 are accepted");
  EXPECT_NE(PrivateKey::from_pem(samples::kSecp256k1).error().what.find("the private key is"),
            std::string::npos);
}

TEST(PrivateKey, a_damaged_one_leaves_no_error_behind_for_others) {
  for (const std::string_view label : {"PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"}) {
    const auto key = PrivateKey::from_pem(write_pem(label, as_bytes("no key at all")));
    ASSERT_FALSE(key);
    EXPECT_TRUE(key.error().what.starts_with("the private key is damaged: ")) << key.error().what;
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(PrivateKey, with_bytes_behind_it_is_refused) {
  const auto blocks = parse_pem(pem_of(PrivateKey::generate(KeyType::p256).value())).value();
  Bytes der(blocks[0].der.view().begin(), blocks[0].der.view().end());
  EXPECT_TRUE(PrivateKey::from_pkcs8(der));
  der.push_back(0);
  EXPECT_FALSE(PrivateKey::from_pkcs8(der));
}

}  // namespace
}  // namespace gatehouse::crypto
