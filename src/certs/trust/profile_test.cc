#include "certs/trust/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/testing/chains.h"

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

crypto::Certificate root_named(std::string name) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  return crypto::issue_self_signed(crypto::testing::ca_spec(std::move(name), 1), key).value();
}

TEST(ConfigurationProfile, is_the_same_whenever_it_is_made) {
  const auto root = root_named("gatehouse local CA");
  EXPECT_EQ(configuration_profile(root), configuration_profile(root));
  EXPECT_NE(configuration_profile(root), configuration_profile(root_named("gatehouse local CA")));
}

TEST(ConfigurationProfile, escapes_a_name_that_looks_like_markup) {
  const std::string profile = configuration_profile(root_named("a<b>&\"c\"\x01"));
  EXPECT_THAT(profile, HasSubstr("a&lt;b&gt;&amp;\"c\""));
  EXPECT_THAT(profile, Not(HasSubstr("<b>")));
  EXPECT_THAT(profile, Not(HasSubstr("\x01")));
}

TEST(ConfigurationProfile, holds_the_certificate_as_a_root) {
  const auto root = root_named("root");
  const std::string profile = configuration_profile(root);
  EXPECT_THAT(profile, HasSubstr("com.apple.security.root"));
  const auto begin = profile.find("<data>") + 7;
  const std::string data = profile.substr(begin, profile.find("</data>") - begin);
  const auto again = crypto::Certificate::from_pem("-----BEGIN CERTIFICATE-----\n" + data +
                                                   "-----END CERTIFICATE-----\n");
  EXPECT_EQ(again.value(), root);
}

TEST(StableUuid, follows_from_fingerprint_and_purpose) {
  crypto::Sha256 fingerprint{};
  const std::string uuid = stable_uuid(fingerprint, "root");
  EXPECT_THAT(uuid, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                 "[0-9a-f]{12}"));
  EXPECT_EQ(uuid, stable_uuid(fingerprint, "root"));
  EXPECT_NE(uuid, stable_uuid(fingerprint, "profile"));
  fingerprint[0] = 1;
  EXPECT_NE(uuid, stable_uuid(fingerprint, "root"));
}

}  // namespace
}  // namespace gatehouse::certs
