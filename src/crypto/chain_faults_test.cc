#include "crypto/chain_faults.h"

#include <gmock/gmock.h>

#include "crypto/strength.h"
#include "crypto/testing/chains.h"
#include "crypto/verify.h"

namespace gatehouse::crypto::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Kind = ChainFault::Kind;
using namespace std::chrono_literals;

class ChainFaults : public ::testing::Test {
 protected:
  static ServerName name(std::string_view text = "a.example") {
    return ServerName::parse(text).value();
  }
  std::vector<Kind> kinds(const std::vector<Certificate>& chain,
                          std::string_view asked = "a.example", WallTime now = kNow) const {
    return kinds_of(chain_faults(chain, std::vector{ca.root}, name(asked), now));
  }
  static std::vector<Kind> kinds_of(const std::vector<ChainFault>& faults) {
    std::vector<Kind> all;
    for (const ChainFault& fault : faults) all.push_back(fault.kind);
    return all;
  }
  template <class Change>
  Identity issued(Change change) const {
    auto spec = server_spec({"a.example"});
    change(spec);
    auto key = PrivateKey::generate(KeyType::p256).value();
    return {{issue(spec, key, ca.intermediate, ca.key).value(), ca.intermediate}, key};
  }
  static Certificate self_signed() {
    return issue_self_signed(server_spec({"a.example"}),
                             PrivateKey::generate(KeyType::p256).value())
        .value();
  }

  Ca ca;
  Identity good = ca.serve({"a.example"});
};

TEST_F(ChainFaults, a_good_chain_has_none) { EXPECT_THAT(kinds(good.chain), IsEmpty()); }

TEST_F(ChainFaults, the_order_behind_the_leaf_is_no_matter) {
  EXPECT_THAT(kinds({good.leaf(), ca.root, ca.intermediate}), IsEmpty());
}

TEST_F(ChainFaults, a_missing_issuer_is_named) {
  const auto faults = chain_faults(std::vector{good.leaf()}, std::vector{ca.root}, name(), kNow);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].kind, Kind::unknown_issuer);
  EXPECT_EQ(faults[0].subject, "CN=a.example");
  EXPECT_EQ(faults[0].issuer, "CN=intermediate");
}

TEST_F(ChainFaults, a_root_that_is_sent_but_not_trusted_is_another_fault) {
  const Ca other;
  const Identity stranger = other.serve({"a.example"});
  EXPECT_THAT(kinds({stranger.leaf(), other.intermediate, other.root}),
              ElementsAre(Kind::unknown_root));
}

TEST_F(ChainFaults, F4_self_signed_is_recognised_and_fine_where_it_is_trusted) {
  const Certificate mine = self_signed();
  EXPECT_THAT(kinds({mine}), ElementsAre(Kind::self_signed));
  EXPECT_THAT(chain_faults(std::vector{mine}, std::vector{mine}, name(), kNow), IsEmpty());
}

TEST_F(ChainFaults, time_is_looked_at) {
  EXPECT_THAT(kinds(good.chain, "a.example", kNow + 24h * 91), ElementsAre(Kind::expired));
  // Both certificates of the chain are from the future then.
  EXPECT_THAT(kinds(good.chain, "a.example", kNow - 2h), Contains(Kind::not_yet_valid));
}

TEST_F(ChainFaults, F5_names_and_addresses_are_looked_at) {
  EXPECT_THAT(kinds(good.chain, "b.example"), ElementsAre(Kind::wrong_name));
  EXPECT_THAT(kinds(good.chain, "192.0.2.7"), ElementsAre(Kind::wrong_name));
  EXPECT_THAT(kinds(ca.serve({"192.0.2.7"}).chain, "192.0.2.7"), IsEmpty());
  EXPECT_THAT(kinds_of(chain_faults(good.chain, std::vector{ca.root}, std::nullopt, kNow)),
              IsEmpty());
}

TEST_F(ChainFaults, purpose_and_constraints_are_looked_at) {
  EXPECT_THAT(kinds(issued([](auto& spec) { spec.purpose = Purpose::client; }).chain),
              ElementsAre(Kind::wrong_purpose));
  const Ca narrow(NameConstraints{{ServerName::parse("lan").value()}, {}});
  EXPECT_THAT(kinds_of(chain_faults(narrow.serve({"a.example"}).chain, std::vector{narrow.root},
                                    name(), kNow)),
              ElementsAre(Kind::not_permitted));
}

TEST_F(ChainFaults, all_faults_are_told_and_not_only_the_first) {
  const Certificate mine = self_signed();
  EXPECT_THAT(kinds({mine}, "b.example", kNow + 24h * 91),
              UnorderedElementsAre(Kind::self_signed, Kind::expired, Kind::wrong_name));
}

TEST_F(ChainFaults, a_changed_signature_is_noticed) {
  Bytes der(good.leaf().der().begin(), good.leaf().der().end());
  der.back() ^= 1;
  const auto changed = Certificate::from_der(der);
  ASSERT_TRUE(changed);
  EXPECT_THAT(kinds({*changed, ca.intermediate}), ElementsAre(Kind::bad_signature));
}

TEST_F(ChainFaults, no_chain_is_a_fault) { EXPECT_THAT(kinds({}), ElementsAre(Kind::other)); }

// The two ways to ask agree: what one accepts, the other has nothing to say of.
TEST_F(ChainFaults, there_is_none_exactly_when_the_chain_verifies) {
  const std::vector<std::vector<Certificate>> chains{
      good.chain, {good.leaf()}, {self_signed()}, {good.leaf(), ca.root, ca.intermediate}};
  for (const auto& chain : chains) {
    for (const auto* asked : {"a.example", "b.example"}) {
      for (const auto later : {0h, 24h * 91}) {
        const bool accepted =
            verify_server_chain(chain, std::vector{ca.root}, name(asked), kNow + later).has_value();
        EXPECT_EQ(kinds(chain, asked, kNow + later).empty(), accepted);
      }
    }
  }
}

// ------------------------------------------------------------------ strength

TEST_F(ChainFaults, strength_is_told_of_every_key_that_we_make) {
  EXPECT_EQ(key_strength(good.leaf()).text, "ECDSA P-256");
  EXPECT_FALSE(key_strength(good.leaf()).weak);
  EXPECT_EQ(signature_strength(good.leaf()).text, "ECDSA with SHA-256");
  EXPECT_FALSE(signature_strength(good.leaf()).weak);
  EXPECT_EQ(key_strength(ca.serve({"a.example"}, KeyType::p384).leaf()).text, "ECDSA P-384");
  EXPECT_EQ(key_strength(ca.serve({"a.example"}, KeyType::rsa2048).leaf()).text, "RSA 2048");
  EXPECT_FALSE(key_strength(ca.serve({"a.example"}, KeyType::rsa2048).leaf()).weak);
  EXPECT_EQ(key_strength(ca.serve({"a.example"}, KeyType::ed25519).leaf()).text, "Ed25519");
}

// CN=weak.example, made with openssl: RSA 1024, signed with SHA-1 by itself.
constexpr std::string_view kWeak = R"(-----BEGIN CERTIFICATE-----
MIICDDCCAXWgAwIBAgIUB5LkYzH2oFH7QggV3qMh9Qte8ogwDQYJKoZIhvcNAQEF
BQAwFzEVMBMGA1UEAwwMd2Vhay5leGFtcGxlMCAXDTI2MTEyMTE3MjI0NloYDzIx
MjYxMDI4MTcyMjQ2WjAXMRUwEwYDVQQDDAx3ZWFrLmV4YW1wbGUwgZ8wDQYJKoZI
hvcNAQEBBQADgY0AMIGJAoGBALoiGLVeh6amFnlNzBC8LfkL841RxdRv1p741iGQ
CEWwZqvFoxRcgRdmKT0oqjpWUn1XTegdgfXu5FIg1kr9humrCh2Bw7fw88SjuBaZ
A7k7kGFnA/IPRB1diXjNiFW4lo3EjL2P9ZCBWbDfvmBEjczgN0ZTw/z+IfStuVhI
mIOtAgMBAAGjUzBRMB0GA1UdDgQWBBQFWzU6TbmWFjeKKsJofqQyqxmKYTAfBgNV
HSMEGDAWgBQFWzU6TbmWFjeKKsJofqQyqxmKYTAPBgNVHRMBAf8EBTADAQH/MA0G
CSqGSIb3DQEBBQUAA4GBAJsaTIPiHhZv/U7uib6EgoXP4jyDJLpoIDFv+0PLJpYj
oHrkTdV+t/pIC6awBoyF26efsVc9a0aeclLh++WN+HA0wvN8P4TTvqjy8+51oLw6
oHCJwd8uiXKUErPPRpxPjCfvssNNBhpL2BtXSBAJkeRMao6OmMBfcoryk1H6sJQ3
-----END CERTIFICATE-----
)";

TEST_F(ChainFaults, strength_of_what_nobody_believes_any_more_is_weak) {
  const Certificate weak = Certificate::from_pem(kWeak).value();
  EXPECT_EQ(key_strength(weak).text, "RSA 1024");
  EXPECT_TRUE(key_strength(weak).weak);
  EXPECT_EQ(signature_strength(weak).text, "RSA with SHA-1");
  EXPECT_TRUE(signature_strength(weak).weak);
}

}  // namespace
}  // namespace gatehouse::crypto::testing
