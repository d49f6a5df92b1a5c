#include "crypto/exchange/refusal.h"

#include <gmock/gmock.h>

#include "crypto/exchange/pairing.h"
#include "crypto/exchange/testing/sample_files.h"
#include "crypto/testing/chains.h"

namespace gatehouse::crypto {
namespace {

using testing::Ca;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kNow;
using Kind = Refusal::Kind;

auto refusal(Kind kind, std::string_view sentence) {
  return ::testing::AllOf(Field(&Refusal::kind, kind),
                          Field(&Refusal::what, HasSubstr(std::string(sentence))));
}

constexpr std::chrono::hours kDay{24};

// `now` of the samples, which were made when they were.
Identity sample_identity(std::string_view file, WallTime* now) {
  auto found = pair(testing::read_sample(file).value(), kNow).identities.at(0).identity;
  *now = found.leaf().not_before() + kDay;
  return found;
}

TEST(Refusals, there_are_none_for_a_good_certificate) {
  const Ca ca;
  EXPECT_THAT(refusals(ca.serve({"a.example"}), Purpose::server, kNow), IsEmpty());
  EXPECT_THAT(notes(ca.serve({"a.example"})), IsEmpty());
}

TEST(Refusals, name_what_has_expired) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  EXPECT_THAT(refusals(identity, Purpose::server, kNow + 91 * kDay),
              ElementsAre(refusal(Kind::expired,
                                  "the certificate of a.example expired on 2026-12-20"
                                  ": renew it")));
  EXPECT_THAT(refusals(identity, Purpose::server, kNow + 366 * kDay),
              ElementsAre(refusal(Kind::expired, "a.example"),
                          refusal(Kind::expired, "the certificate of intermediate expired")));
}

TEST(Refusals, name_what_is_not_valid_yet) {
  const Ca ca;
  EXPECT_THAT(refusals(ca.serve({"a.example"}), Purpose::server, kNow - kDay),
              ElementsAre(refusal(Kind::not_yet_valid, "a.example is not valid before 2026-"),
                          refusal(Kind::not_yet_valid, "intermediate")));
}

TEST(Refusals, name_weak_keys_and_signatures_in_the_chain) {
  WallTime now;
  const Identity identity = sample_identity("bundle_fuzz/weak_chain.pem", &now);
  ASSERT_EQ(identity.chain.size(), 2u);
  EXPECT_THAT(
      refusals(identity, Purpose::server, now),
      ElementsAre(refusal(Kind::weak_signature, "weak.test is signed with RSA with SHA-1"),
                  refusal(Kind::weak_key, "weak intermediate is too weak (RSA 1024)"),
                  refusal(Kind::weak_signature, "intermediate is signed with ECDSA with SHA-1")));
}

TEST(Refusals, want_the_names_of_servers_and_of_servers_only) {
  const Ca ca;
  auto spec = testing::server_spec({"a.example"});
  spec.names.clear();
  spec.purpose.reset();
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const Identity identity{{issue(spec, key, ca.intermediate, ca.key).value()}, key};
  EXPECT_THAT(refusals(identity, Purpose::server, kNow),
              ElementsAre(refusal(Kind::no_names, "a.example names no server")));
  EXPECT_THAT(refusals(identity, Purpose::client, kNow), IsEmpty());
}

TEST(Refusals, hold_a_certificate_to_its_role_A2) {
  const Ca ca;
  auto spec = testing::server_spec({"a.example"});
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const Identity server{{issue(spec, key, ca.intermediate, ca.key).value()}, key};
  spec.purpose = Purpose::client;
  const Identity client{{issue(spec, key, ca.intermediate, ca.key).value()}, key};
  EXPECT_THAT(refusals(server, Purpose::client, kNow),
              ElementsAre(refusal(Kind::wrong_role, "not meant for clients")));
  EXPECT_THAT(refusals(client, Purpose::server, kNow),
              ElementsAre(refusal(Kind::wrong_role, "lacks serverAuth")));
  EXPECT_THAT(refusals(client, Purpose::client, kNow), IsEmpty());
}

TEST(Refusals, want_a_key_that_may_sign) {
  WallTime now;
  const Identity identity = sample_identity("bundle_fuzz/may_not_sign.pem", &now);
  EXPECT_THAT(refusals(identity, Purpose::server, now),
              ElementsAre(refusal(Kind::wrong_role, "lacks digitalSignature")));
}

TEST(Refusals, keep_a_ca_from_being_a_leaf) {
  const Ca ca;
  const Identity identity{{ca.intermediate}, ca.key};
  EXPECT_THAT(refusals(identity, Purpose::client, kNow),
              ::testing::Contains(refusal(Kind::ca_as_leaf, "intermediate is that of a CA")));
}

TEST(Notes, tell_which_clients_do_not_take_a_key) {
  const Ca ca;
  EXPECT_THAT(notes(ca.serve({"a.example"}, KeyType::ed25519)), ElementsAre(HasSubstr("Ed25519")));
  WallTime now;
  const Identity large = sample_identity("bundle_fuzz/p521.pem", &now);
  EXPECT_THAT(notes(large), ElementsAre(HasSubstr("P-521")));
  EXPECT_THAT(refusals(large, Purpose::server, now), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::crypto
