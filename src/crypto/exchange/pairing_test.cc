#include "crypto/exchange/pairing.h"

#include <gmock/gmock.h>

#include "crypto/exchange/testing/sample_files.h"
#include "crypto/testing/chains.h"

namespace gatehouse::crypto {
namespace {

using testing::Ca;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kNow;
using testing::read_sample;
using ::testing::SizeIs;

Bundle bundle_of(std::vector<Certificate> certificates, std::vector<PrivateKey> keys) {
  Bundle bundle;
  for (auto& one : certificates) bundle.certificates.push_back({std::move(one), {}});
  for (auto& one : keys) bundle.keys.push_back({std::move(one), {}});
  return bundle;
}

void keep_first(std::ptrdiff_t count, Bundle& bundle) {
  bundle.certificates.erase(bundle.certificates.begin() + count, bundle.certificates.end());
}

TEST(Pairing, puts_the_leaf_before_its_chain_whatever_the_order_F2) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  const auto pairing =
      pair(bundle_of({ca.root, ca.intermediate, identity.leaf()}, {identity.key}), kNow);
  ASSERT_THAT(pairing.identities, SizeIs(1));
  const PairedIdentity& found = pairing.identities.front();
  EXPECT_THAT(found.identity.chain, ElementsAre(identity.leaf(), ca.intermediate));
  EXPECT_TRUE(found.identity.leaf().matches(found.identity.key));
  EXPECT_EQ(found.root, ca.root);
  EXPECT_EQ(found.missing, std::nullopt);
  EXPECT_THAT(pairing.refusals, IsEmpty());
}

TEST(Pairing, puts_each_certificate_on_its_shelf_I4) {
  const Ca ca;
  const Ca other;
  const Identity identity = ca.serve({"a.example"});
  const Identity without_key = other.serve({"b.example"});
  const auto pairing = pair(bundle_of({identity.leaf(), ca.intermediate, ca.root, other.root,
                                       other.intermediate, without_key.leaf()},
                                      {identity.key}),
                            kNow);
  EXPECT_THAT(pairing.anchors, ElementsAre(ca.root, other.root));
  EXPECT_THAT(pairing.intermediates, ElementsAre(other.intermediate));
  EXPECT_THAT(pairing.others, ElementsAre(without_key.leaf()));
}

TEST(Pairing, names_the_issuer_that_is_missing_and_where_it_is) {
  auto bundle = read_sample("bundle_fuzz/whole.pem").value();
  keep_first(1, bundle);
  const auto leaf_alone = pair(bundle, kNow);
  ASSERT_THAT(leaf_alone.identities, SizeIs(1));
  EXPECT_EQ(
      leaf_alone.identities.front().missing,
      (MissingIssuer{"CN=intermediate,O=gatehouse tests", {"http://ca.test/intermediate.crt"}}));
}

TEST(Pairing, names_the_root_too_when_the_chain_ends_below_it) {
  auto bundle = read_sample("bundle_fuzz/whole.pem").value();
  keep_first(2, bundle);
  const auto found = pair(bundle, kNow).identities.at(0);
  EXPECT_THAT(found.identity.chain, SizeIs(2));
  EXPECT_EQ(found.missing,
            (MissingIssuer{"CN=root,O=gatehouse tests", {"http://ca.test/root.crt"}}));
}

TEST(Pairing, of_a_self_signed_certificate_misses_nothing) {
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const auto leaf = issue_self_signed(testing::server_spec({"a.example"}), key).value();
  const auto found = pair(bundle_of({leaf}, {key}), kNow).identities.at(0);
  EXPECT_THAT(found.identity.chain, ElementsAre(leaf));
  EXPECT_EQ(found.root, std::nullopt);
  EXPECT_EQ(found.missing, std::nullopt);
}

TEST(Pairing, takes_several_keys) {
  const auto pairing = pair(read_sample("bundle_fuzz/two_keys.pem").value(), kNow);
  ASSERT_THAT(pairing.identities, SizeIs(2));
  EXPECT_EQ(pairing.identities[0].identity.leaf().common_name(), "leaf.test");
  EXPECT_EQ(pairing.identities[1].identity.leaf().common_name(), "second.test");
  for (const PairedIdentity& one : pairing.identities) {
    EXPECT_THAT(one.identity.chain, SizeIs(2));  // both share the intermediate
  }
  EXPECT_THAT(pairing.intermediates, IsEmpty());
}

TEST(Pairing, drops_what_is_there_twice) {
  const auto pairing = pair(read_sample("bundle_fuzz/mixed.pem").value(), kNow);
  EXPECT_THAT(pairing.identities, SizeIs(1));
  EXPECT_EQ(pairing.duplicates, 1u);
  EXPECT_THAT(pairing.others, IsEmpty());

  auto twice = read_sample("bundle_fuzz/whole.pem").value();
  twice.keys.push_back(twice.keys.front());
  EXPECT_EQ(pair(twice, kNow).duplicates, 1u);
  EXPECT_THAT(pair(twice, kNow).identities, SizeIs(1));
}

TEST(Pairing, takes_the_friendly_name_of_the_key_else_of_the_certificate) {
  EXPECT_EQ(pair(read_sample("pkcs12_fuzz/openssl.p12").value(), kNow).identities[0].friendly_name,
            "leaf of gatehouse");
  auto bundle = read_sample("pkcs12_fuzz/openssl.p12").value();
  bundle.keys.front().label = {};
  EXPECT_EQ(pair(bundle, kNow).identities[0].friendly_name, "leaf of gatehouse");
}

TEST(Pairing, prefers_the_certificate_that_is_valid_and_lasts_longest) {
  const Ca ca;
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const auto valid_for = [&](int from_days, int to_days) {
    auto spec = testing::server_spec({"a.example"});
    spec.not_before = kNow + std::chrono::hours(24 * from_days);
    spec.not_after = kNow + std::chrono::hours(24 * to_days);
    return issue(spec, key, ca.intermediate, ca.key).value();
  };
  const auto expired = valid_for(-90, -1);
  const auto ending = valid_for(-80, 10);
  const auto fresh = valid_for(-1, 89);
  const auto future = valid_for(1, 300);
  const auto pairing = pair(bundle_of({expired, ending, fresh, future}, {key}), kNow);
  ASSERT_THAT(pairing.identities, SizeIs(1));
  EXPECT_EQ(pairing.identities[0].identity.leaf(), fresh);
  EXPECT_THAT(pairing.others, ElementsAre(expired, ending, future));
}

TEST(Pairing, prefers_what_a_ca_issued_to_what_the_key_signed_itself) {
  const Ca ca;
  const auto key = PrivateKey::generate(KeyType::p256).value();
  auto spec = testing::server_spec({"a.example"});
  const auto by_ca = issue(spec, key, ca.intermediate, ca.key).value();
  spec.not_after += std::chrono::hours(24 * 365);
  const auto by_itself = issue_self_signed(spec, key).value();
  const auto pairing = pair(bundle_of({by_itself, by_ca}, {key}), kNow);
  EXPECT_EQ(pairing.identities.at(0).identity.leaf(), by_ca);
}

TEST(Pairing, prefers_the_issuer_that_is_valid) {
  const Ca ca;
  auto spec = testing::ca_spec("intermediate", 0);
  spec.not_before = kNow - std::chrono::hours(48);
  spec.not_after = kNow - std::chrono::hours(24);
  const auto expired = issue(spec, ca.key, ca.root, ca.root_key).value();
  const Identity identity = ca.serve({"a.example"});
  const auto pairing =
      pair(bundle_of({identity.leaf(), expired, ca.intermediate}, {identity.key}), kNow);
  EXPECT_THAT(pairing.identities.at(0).identity.chain,
              ElementsAre(identity.leaf(), ca.intermediate));
  EXPECT_THAT(pairing.intermediates, ElementsAre(expired));
}

TEST(Pairing, ends_where_two_cas_certify_each_other) {
  const auto one_key = PrivateKey::generate(KeyType::p256).value();
  const auto other_key = PrivateKey::generate(KeyType::p256).value();
  const auto one_root = issue_self_signed(testing::ca_spec("one", 2), one_key).value();
  const auto other_root = issue_self_signed(testing::ca_spec("other", 2), other_key).value();
  const auto one = issue(testing::ca_spec("one", 2), one_key, other_root, other_key).value();
  const auto other = issue(testing::ca_spec("other", 2), other_key, one_root, one_key).value();
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const auto leaf = issue(testing::server_spec({"a.example"}), key, one, one_key).value();
  const auto found = pair(bundle_of({leaf, one, other}, {key}), kNow).identities.at(0);
  EXPECT_THAT(found.identity.chain, ElementsAre(leaf, one, other));
  EXPECT_EQ(found.missing, (MissingIssuer{"CN=one", {}}));
}

TEST(Pairing, refuses_a_key_of_another_certificate) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  const auto stranger = PrivateKey::generate(KeyType::p256).value();
  const auto pairing = pair(bundle_of(identity.chain, {stranger}), kNow);
  EXPECT_THAT(pairing.identities, IsEmpty());
  ASSERT_THAT(pairing.refusals, SizeIs(1));
  EXPECT_EQ(pairing.refusals[0].kind, Refusal::Kind::not_a_pair);
  EXPECT_EQ(pairing.refusals[0].what,
            "the ECDSA P-256 key does not belong to the certificate of CN=a.example: they are not "
            "a pair. Export both from the machine on which the certificate was requested");
  EXPECT_THAT(pairing.others, ElementsAre(identity.leaf()));
}

TEST(Pairing, refuses_a_key_alone) {
  const auto pairing = pair(read_sample("bundle_fuzz/key_pkcs8.pem").value(), kNow);
  ASSERT_THAT(pairing.refusals, SizeIs(1));
  EXPECT_EQ(pairing.refusals[0].what,
            "there is no certificate for the ECDSA P-256 key: give it as well");
}

TEST(Pairing, says_whose_key_is_too_weak) {
  const auto pairing = pair(read_sample("bundle_fuzz/weak_pair.pem").value(), kNow);
  EXPECT_THAT(pairing.identities, IsEmpty());
  ASSERT_THAT(pairing.refusals, SizeIs(1));
  EXPECT_EQ(pairing.refusals[0].kind, Refusal::Kind::weak_key);
  EXPECT_EQ(pairing.refusals[0].what,
            "the private key of CN=weakpair.test cannot be used: the RSA key has 1024 bits; 2048 "
            "to 8192 are accepted. Make a new one and have the certificate issued for it");
}

TEST(IssuerUrls, there_are_none_where_the_certificate_names_none) {
  const Ca ca;
  EXPECT_THAT(issuer_urls(ca.intermediate), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::crypto
