#include "crypto/identity.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/testing/chains.h"
#include "crypto/testing/samples.h"

namespace gatehouse::crypto {
namespace {

using testing::Ca;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kNow;

std::string text_of(const Secret& secret) { return std::string(as_text(secret.view())); }

TEST(Identity, is_put_in_order_from_blocks_in_any_order) {
  const Ca ca;
  const Identity served = ca.serve({"a.example"});
  std::vector<std::string> parts{served.leaf().to_pem(), ca.intermediate.to_pem(), ca.root.to_pem(),
                                 text_of(served.key.to_pem()), std::string(samples::kCertificate)};
  std::ranges::sort(parts);
  do {
    std::string text;
    for (const auto& part : parts) text += part;
    const auto identity = parse_pem_identity(text);
    ASSERT_TRUE(identity) << identity.error().what;
    EXPECT_THAT(identity->chain, ElementsAre(served.leaf(), ca.intermediate));
    EXPECT_EQ(identity->key.spki_sha256(), served.key.spki_sha256());
  } while (std::ranges::next_permutation(parts).found);
}

TEST(Identity, written_as_one_text_is_read_back) {
  const Identity served = Ca().serve({"a.example"}, KeyType::rsa2048);
  const Identity again = parse_pem_identity(text_of(served.to_pem())).value();
  EXPECT_EQ(again.chain, served.chain);
  EXPECT_EQ(again.key.spki_sha256(), served.key.spki_sha256());
}

TEST(Identity, the_public_text_holds_no_key) {
  const Identity served = Ca().serve({"a.example"});
  EXPECT_THAT(served.chain_pem(), Not(HasSubstr("PRIVATE")));
}

TEST(Identity, a_self_signed_certificate_is_a_chain_of_one) {
  const auto identity = Identity::from_pem(samples::kCertificate, samples::kEcForm).value();
  EXPECT_EQ(identity.chain.size(), 1u);
}

TEST(Identity, says_what_is_missing_or_wrong_M3) {
  EXPECT_EQ(Identity::from_pem("", samples::kEcForm).error().what,
            "there is no certificate in the text");
  EXPECT_EQ(Identity::from_pem(samples::kCertificate, "").error().what,
            "there is no private key in the text");
  const auto no_pair = Identity::from_pem(samples::kCertificate, samples::kRsaForm);
  EXPECT_EQ(no_pair.error().what,
            "the RSA 2048 key does not belong to the certificate of CN=sample.example,O=Müller "
            "AG,C=CH: they are not a pair");
  EXPECT_EQ(no_pair.error().kind, ErrorKind::invalid);
}

TEST(Identity, a_chain_that_signs_itself_in_a_circle_ends) {
  // Two CAs that certify each other, as cross-signing can leave behind.
  const auto key_a = PrivateKey::generate(KeyType::p256).value();
  const auto key_b = PrivateKey::generate(KeyType::p256).value();
  const auto root_a = issue_self_signed(testing::ca_spec("A", 3), key_a).value();
  const auto root_b = issue_self_signed(testing::ca_spec("B", 3), key_b).value();
  const auto a_by_b = issue(testing::ca_spec("A", 3), key_a, root_b, key_b).value();
  const auto b_by_a = issue(testing::ca_spec("B", 3), key_b, root_a, key_a).value();
  const auto leaf_key = PrivateKey::generate(KeyType::p256).value();
  const auto leaf = issue(testing::server_spec({"a.example"}), leaf_key, root_a, key_a).value();
  const auto identity = Identity::from_pem(a_by_b.to_pem() + b_by_a.to_pem() + leaf.to_pem(),
                                           text_of(leaf_key.to_pem()));
  EXPECT_EQ(identity.value().chain.size(), 3u);
}

TEST(Identity, a_healthy_one_gives_no_doubts) {
  EXPECT_THAT(Ca().serve({"a.example"}).doubts(kNow), IsEmpty());
}

TEST(Identity, expired_is_a_doubt_and_no_error) {
  const Identity served = Ca().serve({"a.example"});
  EXPECT_THAT(served.doubts(kNow + std::chrono::hours(24 * 91)), ElementsAre(HasSubstr("expired")));
  EXPECT_THAT(served.doubts(kNow - std::chrono::hours(2)),
              ElementsAre(HasSubstr("not valid before")));
}

TEST(Identity, without_names_or_meant_for_clients_is_doubtful) {
  auto spec = testing::server_spec({"a.example"});
  spec.names.clear();
  spec.purpose = Purpose::client;
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const Identity identity{{issue_self_signed(spec, key).value()}, key};
  EXPECT_THAT(identity.doubts(kNow),
              ElementsAre(HasSubstr("names no server"), HasSubstr("serverAuth")));
}

}  // namespace
}  // namespace gatehouse::crypto
