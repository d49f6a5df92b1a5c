#include "crypto/issue.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/testing/chains.h"
#include "crypto/verify.h"

namespace gatehouse::crypto {
namespace {

using testing::Ca;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kNow;

ServerName name(std::string_view text) { return ServerName::parse(text).value(); }

bool accepted(const Ca& ca, std::string_view server) {
  const Identity identity = ca.serve({server});
  const std::vector anchors{ca.root};
  return verify_server_chain(identity.chain, anchors, name(server), kNow).has_value();
}

NameConstraints plant() {
  return {{name("localhost"), name("plant4.local")},
          {AddressRange::parse("127.0.0.0/8").value(), AddressRange::parse("10.20.0.0/16").value(),
           AddressRange::parse("::1").value()}};
}

TEST(Issue, writes_what_the_spec_says) {
  const Ca ca;
  const Identity served = ca.serve({"a.example", "*.b.example", "192.0.2.1", "::1"});
  EXPECT_THAT(served.leaf().names().texts(),
              ElementsAre("a.example", "*.b.example", "192.0.2.1", "::1"));
  EXPECT_EQ(served.leaf().subject(), "CN=a.example");
  EXPECT_EQ(served.leaf().issuer(), "CN=intermediate");
  EXPECT_EQ(served.leaf().not_before(), kNow - std::chrono::hours(1));
  EXPECT_EQ(served.leaf().not_after(), kNow + std::chrono::hours(24 * 90));
  EXPECT_FALSE(served.leaf().is_ca());
  EXPECT_TRUE(ca.intermediate.is_ca());
  EXPECT_TRUE(served.leaf().allows_server_authentication());
  EXPECT_FALSE(served.leaf().allows_client_authentication());
  EXPECT_TRUE(served.leaf().is_issued_by(ca.intermediate));
  EXPECT_FALSE(served.leaf().is_issued_by(ca.root));
}

TEST(Issue, gives_each_certificate_a_positive_random_serial_number_of_16_bytes) {
  const Ca ca;
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const std::string serial = ca.serve({"a.example"}).leaf().serial();
    EXPECT_EQ(serial.size(), 32u);
    EXPECT_LT(serial, "8");
    seen.insert(serial);
  }
  EXPECT_EQ(seen.size(), 20u);
}

TEST(Issue, cuts_a_common_name_that_is_too_long_between_characters) {
  auto spec = testing::server_spec({"a.example"});
  spec.common_name = std::string(63, 'a') + "ü";
  const auto key = PrivateKey::generate(KeyType::p256).value();
  EXPECT_EQ(issue_self_signed(spec, key).value().common_name(), std::string(63, 'a'));
}

TEST(Issue, a_time_after_2050_and_far_away_is_right) {
  auto spec = testing::server_spec({"a.example"});
  spec.not_after = WallTime{std::chrono::seconds{7'000'000'000}};
  const auto key = PrivateKey::generate(KeyType::ed25519).value();
  EXPECT_EQ(issue_self_signed(spec, key).value().not_after(), spec.not_after);
}

TEST(Verify, accepts_every_kind_of_key_and_name) {
  const Ca ca;
  const std::vector anchors{ca.root};
  for (const KeyType type : {KeyType::p256, KeyType::p384, KeyType::rsa2048, KeyType::ed25519}) {
    const Identity served = ca.serve({"a.example", "*.b.example", "192.0.2.1", "::1"}, type);
    for (const auto server : {"a.example", "x.b.example", "192.0.2.1", "::1"}) {
      const auto verdict = verify_server_chain(served.chain, anchors, name(server), kNow);
      EXPECT_TRUE(verdict) << verdict.error().what;
    }
  }
}

TEST(Verify, says_why_clients_would_refuse) {
  const Ca ca;
  const Identity served = ca.serve({"a.example"});
  const std::vector anchors{ca.root};
  const std::vector strangers{Ca().root};
  const auto why = [&](const auto& roots, std::string_view server, WallTime now) {
    return verify_server_chain(served.chain, roots, name(server), now).error().what;
  };
  EXPECT_THAT(why(anchors, "b.example", kNow), HasSubstr("mismatch"));
  EXPECT_THAT(why(anchors, "192.0.2.1", kNow), HasSubstr("mismatch"));
  EXPECT_THAT(why(anchors, "a.example", kNow + std::chrono::hours(24 * 91)), HasSubstr("expired"));
  EXPECT_THAT(why(strangers, "a.example", kNow), HasSubstr("issuer certificate"));
  EXPECT_FALSE(verify_server_chain({}, anchors, name("a.example"), kNow));
}

TEST(Verify, a_certificate_for_clients_is_refused_for_servers) {
  const Ca ca;
  auto spec = testing::server_spec({"a.example"});
  spec.purpose = Purpose::client;
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const std::vector chain{issue(spec, key, ca.intermediate, ca.key).value(), ca.intermediate};
  const std::vector anchors{ca.root};
  EXPECT_FALSE(verify_server_chain(chain, anchors, name("a.example"), kNow));
}

TEST(Verify, a_common_name_alone_is_no_name) {
  const Ca ca;
  auto spec = testing::server_spec({"a.example"});
  spec.names.clear();
  const auto key = PrivateKey::generate(KeyType::p256).value();
  const std::vector chain{issue(spec, key, ca.intermediate, ca.key).value(), ca.intermediate};
  const std::vector anchors{ca.root};
  EXPECT_FALSE(verify_server_chain(chain, anchors, name("a.example"), kNow));
}

TEST(NameConstraints, hold_for_every_chain_below) {
  const Ca ca(plant());
  for (const auto server : {"localhost", "a.localhost", "plant4.local", "db.plant4.local",
                            "127.0.0.1", "127.9.9.9", "10.20.3.4", "::1"}) {
    EXPECT_TRUE(accepted(ca, server)) << server;
  }
  for (const auto server : {"example.org", "xplant4.local", "local", "10.21.0.1", "8.8.8.8", "::2",
                            "plant4.local.example.org", "invalid2"}) {
    EXPECT_FALSE(accepted(ca, server)) << server;
  }
}

TEST(NameConstraints, permit_in_our_words_what_verifiers_accept) {
  const Ca ca(plant());
  for (const auto server :
       {"localhost", "a.localhost", "plant4.local", "xplant4.local", "example.org", "127.9.9.9",
        "128.0.0.1", "10.20.255.255", "10.21.0.0", "::1", "::2", "::ffff:127.0.0.1"}) {
    EXPECT_EQ(plant().permits(name(server)), accepted(ca, server)) << server;
  }
}

TEST(NameConstraints, without_any_name_or_address_permit_none) {
  const Ca ca{NameConstraints{}};
  for (const auto server : {"localhost", "example.org", "127.0.0.1", "::1"}) {
    EXPECT_FALSE(accepted(ca, server)) << server;
  }
}

TEST(NameConstraints, are_read_back_from_a_certificate) {
  EXPECT_EQ(name_constraints_of(Ca(plant()).root), plant());
  EXPECT_EQ(name_constraints_of(Ca().root), std::nullopt);
  EXPECT_EQ(plant().text(), "localhost, plant4.local, 127.0.0.0/8, 10.20.0.0/16, ::1");
}

TEST(NameConstraints, are_critical) {
  const Ca ca(plant());
  const X509Ptr x509 = ca.root.x509();
  const int at = X509_get_ext_by_NID(x509.get(), NID_name_constraints, -1);
  ASSERT_GE(at, 0);
  EXPECT_EQ(X509_EXTENSION_get_critical(X509_get_ext(x509.get(), at)), 1);
}

TEST(NameConstraints, know_which_are_narrower) {
  NameConstraints narrow{{name("db.plant4.local")}, {AddressRange::parse("10.20.7.0/24").value()}};
  EXPECT_TRUE(narrow.within(plant()));
  EXPECT_FALSE(plant().within(narrow));
  narrow.addresses.push_back(AddressRange::parse("10.0.0.0/8").value());
  EXPECT_FALSE(narrow.within(plant()));
}

TEST(AddressRange, takes_a_prefix_and_no_bits_behind_it) {
  EXPECT_EQ(AddressRange::parse("10.0.0.0/8").value().text(), "10.0.0.0/8");
  EXPECT_EQ(AddressRange::parse("192.0.2.1").value().text(), "192.0.2.1");
  EXPECT_EQ(AddressRange::parse("fd00::/8").value().text(), "fd00::/8");
  EXPECT_TRUE(AddressRange::parse("0.0.0.0/0").value().contains(name("9.9.9.9")));
  EXPECT_FALSE(AddressRange::parse("0.0.0.0/0").value().contains(name("::1")));
  for (const auto bad : {"10.1.2.3/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                         "host/8", "", "/8", "10.0.0/8", "fd00::/129", "10.0.0.0/ 8"}) {
    EXPECT_FALSE(AddressRange::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace gatehouse::crypto
