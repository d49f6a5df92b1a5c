#include "certs/binding/credential_pair.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "certs/binding/binding_table.h"
#include "certs/testing/records.h"

namespace gatehouse::certs {
namespace {

using crypto::KeyAlgorithm;
using testing::kNow;

tls::CredentialPtr some_credential() { return make_credential(testing::identity({"a.example"})); }

CredentialPair::One one(KeyAlgorithm key, int from = -1, int to = 1) {
  return {some_credential(), key, second_of(kNow + std::chrono::days(from)),
          second_of(kNow + std::chrono::days(to))};
}

constexpr KeyWish kAll{.ecdsa = true, .rsa = true};
constexpr KeyWish kRsaOnly{.ecdsa = false, .rsa = true};
constexpr KeyWish kEcdsaOnly{.ecdsa = true, .rsa = false};
const std::uint32_t kSecond = second_of(kNow);

TEST(CredentialPair, M12_each_client_gets_the_key_that_it_takes_and_ecdsa_if_it_takes_both) {
  const auto ecdsa = one(KeyAlgorithm::ecdsa);
  const auto rsa = one(KeyAlgorithm::rsa);
  for (const auto& pair : {CredentialPair::make(ecdsa, rsa), CredentialPair::make(rsa, ecdsa)}) {
    ASSERT_TRUE(pair);
    EXPECT_EQ((*pair)->best(kAll, kSecond), ecdsa.credential);
    EXPECT_EQ((*pair)->best(kEcdsaOnly, kSecond), ecdsa.credential);
    EXPECT_EQ((*pair)->best(kRsaOnly, kSecond), rsa.credential);
    EXPECT_EQ((*pair)->best({.ecdsa = false, .rsa = false}, kSecond), ecdsa.credential);
  }
}

TEST(CredentialPair, an_expired_certificate_never_beats_a_valid_one) {
  const auto expired = one(KeyAlgorithm::ecdsa, -20, -10);
  const auto rsa = one(KeyAlgorithm::rsa);
  const auto pair = CredentialPair::make(expired, rsa);
  ASSERT_TRUE(pair);
  EXPECT_EQ((*pair)->best(kAll, kSecond), rsa.credential);
  EXPECT_EQ((*pair)->best(kEcdsaOnly, kSecond), expired.credential) << "it takes no other";
}

TEST(CredentialPair, of_two_that_have_expired_the_usual_one_answers) {
  const auto ecdsa = one(KeyAlgorithm::ecdsa, -20, -10);
  const auto rsa = one(KeyAlgorithm::rsa, -20, -10);
  EXPECT_EQ((*CredentialPair::make(rsa, ecdsa))->best(kAll, kSecond), ecdsa.credential);
}

TEST(CredentialPair, two_of_a_kind_are_none) {
  EXPECT_FALSE(CredentialPair::make(one(KeyAlgorithm::rsa), one(KeyAlgorithm::rsa)));
  EXPECT_FALSE(CredentialPair::make(one(KeyAlgorithm::ecdsa), one(KeyAlgorithm::ecdsa)));
  EXPECT_FALSE(CredentialPair::make(one(KeyAlgorithm::ecdsa), one(KeyAlgorithm::ed25519)))
      << "no client says that it takes only one of them";
}

TEST(CredentialPair, M12_a_binding_of_two_answers_by_the_hello) {
  const auto ecdsa = one(KeyAlgorithm::ecdsa);
  const auto rsa = one(KeyAlgorithm::rsa);
  auto table = std::make_shared<BindingTable>();
  tls::Answer usual;
  usual.credential = ecdsa.credential;
  usual.policy = 7;
  table->bind(NamePattern::parse("a.example").value(), {usual, *CredentialPair::make(ecdsa, rsa)});
  const FakeClock clock(kNow);
  BindingSelector selector(table, {nullptr, nullptr, &clock});
  const auto answer = [&selector](bool takes_ecdsa) {
    tls::ClientHello hello;
    hello.server_name = ServerName::parse("a.example").value();
    hello.takes_ecdsa = takes_ecdsa;
    hello.takes_rsa = true;
    return std::get<tls::Answer>(selector.select(hello));
  };
  EXPECT_EQ(answer(true).credential, ecdsa.credential);
  EXPECT_EQ(answer(false).credential, rsa.credential);
  EXPECT_EQ(answer(false).policy, 7u) << "all else is as it is bound";
}

}  // namespace
}  // namespace gatehouse::certs
