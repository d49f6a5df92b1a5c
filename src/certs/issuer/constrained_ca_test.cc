#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "certs/issuer/permitted_names.h"
#include "certs/issuer/testing/local_ca.h"
#include "crypto/verify.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;
using crypto::KeyType;
using crypto::NameConstraints;
using ::testing::HasSubstr;
using testing::LocalCa;

const WallTime kNow = FakeClock().wall();  // 2026-09-21

ServerName name(std::string_view text) { return ServerName::parse(text).value(); }
NamePattern pattern(std::string_view text) { return NamePattern::parse(text).value(); }

MachineNames machine() {
  return {name("gate1"), name("gate1.plant4.local"), name("plant4.local"), {name("10.20.0.5")}};
}

LocalCa make_ca(const NameConstraints& more = {}) {
  return LocalCa::create(constraints_for(machine(), more), kNow);
}

Result<Ok> verdict(const LocalCa& ca, const Identity& identity, std::string_view server,
                   WallTime now = kNow) {
  const std::vector anchors{ca.anchor()};
  return crypto::verify_server_chain(identity.chain, anchors, name(server), now);
}

Identity server_of(const LocalCa& ca, std::string_view server, WallTime now = kNow) {
  return ca.issue_server(std::vector{pattern(server)}, KeyType::p256, now);
}

TEST(LocalCa, certifies_the_names_of_this_machine_T7) {
  const LocalCa ca = make_ca();
  const std::vector names{pattern("localhost"),     pattern("gate1"), pattern("gate1.plant4.local"),
                          pattern("127.0.0.1"),     pattern("::1"),   pattern("10.20.0.5"),
                          pattern("*.plant4.local")};
  for (const auto type : {KeyType::p256, KeyType::rsa2048}) {
    const Identity identity = ca.issue_server(names, type, kNow);
    for (const auto server : {"localhost", "gate1", "gate1.plant4.local", "127.0.0.1", "::1",
                              "10.20.0.5", "x.plant4.local"}) {
      const auto accepted = verdict(ca, identity, server);
      EXPECT_TRUE(accepted) << accepted.error().what;
    }
  }
}

TEST(LocalCa, may_not_certify_other_names_and_says_what_it_may) {
  const auto may = constraints_for(machine());
  EXPECT_TRUE(check_permitted(may, std::vector{pattern("gate1")}, "the local CA"));
  for (const auto server : {"example.org", "gate2", "10.20.0.6", "::2", "*.example.org"}) {
    const auto checked = check_permitted(may, std::vector{pattern(server)}, "the local CA");
    ASSERT_FALSE(checked) << server;
    EXPECT_EQ(checked.error().kind, ErrorKind::not_permitted);
    EXPECT_THAT(checked.error().what, HasSubstr("only localhost, gate1, "));
  }
}

TEST(LocalCa, a_stolen_issuer_key_convinces_nobody_of_other_names) {
  const LocalCa ca = make_ca();
  EXPECT_TRUE(verdict(ca, server_of(ca, "gate1"), "gate1"));
  for (const auto server : {"example.org", "gate2", "10.20.0.6", "8.8.8.8", "::2"}) {
    EXPECT_FALSE(verdict(ca, server_of(ca, server), server)) << server;
  }
}

TEST(LocalCa, the_issuer_may_not_make_another_ca) {
  const LocalCa ca = make_ca();
  crypto::CertificateSpec spec;
  spec.common_name = "a CA too many";
  spec.not_before = kNow;
  spec.not_after = kNow + std::chrono::days(1);
  spec.ca_path_length = 0;
  auto ca_key = crypto::PrivateKey::generate(KeyType::p256).value();
  auto third = crypto::issue(spec, ca_key, ca.server_issuer.leaf(), ca.server_issuer.key).value();
  spec.ca_path_length.reset();
  spec.common_name = "localhost";
  spec.names = {pattern("localhost")};
  auto key = crypto::PrivateKey::generate(KeyType::p256).value();
  auto leaf = crypto::issue(spec, key, third, ca_key).value();
  EXPECT_FALSE(verdict(ca, {{leaf, third, ca.server_issuer.leaf()}, key}, "localhost"));
}

TEST(LocalCa, permits_more_when_it_was_made_so) {
  const LocalCa ca = make_ca(parse_permitted(".plant5.local,10.30.0.0/16,fd00::/8").value());
  const std::vector names{pattern("a.plant5.local"), pattern("plant5.local"), pattern("10.30.1.1"),
                          pattern("fd00::7")};
  const Identity identity = ca.issue_server(names, KeyType::p256, kNow);
  for (const auto& one : names) EXPECT_TRUE(verdict(ca, identity, one.text())) << one.text();
}

TEST(LocalCa, a_new_issuer_below_the_same_root_needs_no_new_trust) {
  LocalCa ca = make_ca();
  const auto later = kNow + std::chrono::days(4 * 365);
  ca.server_issuer = make_issuer(ca.root, {.common_name = "the next issuer"}, later).value();
  const auto accepted = verdict(ca, server_of(ca, "gate1", later), "gate1", later);
  EXPECT_TRUE(accepted) << accepted.error().what;
}

TEST(LocalCa, nothing_outlives_what_signed_it) {
  LocalCa ca = make_ca();
  const auto near_the_end = ca.anchor().not_after() - std::chrono::days(10);
  ca.server_issuer = make_issuer(ca.root, {.common_name = "the last issuer"}, near_the_end).value();
  EXPECT_EQ(ca.server_issuer.leaf().not_after(), ca.anchor().not_after());
  EXPECT_EQ(server_of(ca, "gate1", near_the_end).leaf().not_after(), ca.anchor().not_after());
}

TEST(SelfSigned, is_for_any_name_and_verifies_by_itself) {
  const auto identity =
      issue_self_signed({.common_name = "example.org", .names = {pattern("example.org")}},
                        crypto::PrivateKey::generate(KeyType::p256).value(), kNow)
          .value();
  EXPECT_FALSE(identity.leaf().is_ca());
  EXPECT_EQ(identity.chain.size(), 1u);
  EXPECT_TRUE(identity.leaf().matches(identity.key));
}

// The real openssl command must agree with the library.
class OpensslVerify : public ::testing::Test {
 protected:
  int verify(const LocalCa& ca, const Identity& identity, std::string_view options) {
    gatehouse::testing::put(folder_ / "root.pem", ca.anchor().to_pem());
    gatehouse::testing::put(folder_ / "issuer.pem", ca.server_issuer.leaf().to_pem());
    gatehouse::testing::put(folder_ / "leaf.pem", identity.leaf().to_pem());
    const std::string in = folder_.path().string();
    const std::string command =
        "openssl verify -x509_strict -purpose sslserver -attime 1790000000 -CAfile " + in +
        "/root.pem -untrusted " + in + "/issuer.pem " + std::string(options) + " " + in +
        "/leaf.pem >" + in + "/out 2>&1";
    const int status = std::system(command.c_str());
    if (status != 0) output_ = gatehouse::testing::content_of(folder_ / "out");
    return status;
  }

  gatehouse::testing::TemporaryFolder folder_;
  std::string output_;
};

TEST_F(OpensslVerify, accepts_the_chain_for_names_and_addresses) {
  const LocalCa ca = make_ca();
  const std::vector names{pattern("localhost"), pattern("gate1.plant4.local"), pattern("127.0.0.1"),
                          pattern("::1")};
  const Identity identity = ca.issue_server(names, KeyType::p256, kNow);
  EXPECT_EQ(verify(ca, identity, "-verify_hostname localhost"), 0) << output_;
  EXPECT_EQ(verify(ca, identity, "-verify_hostname gate1.plant4.local"), 0) << output_;
  EXPECT_EQ(verify(ca, identity, "-verify_ip 127.0.0.1"), 0) << output_;
  EXPECT_EQ(verify(ca, identity, "-verify_ip ::1"), 0) << output_;
  EXPECT_NE(verify(ca, identity, "-verify_hostname gate2"), 0);
}

TEST_F(OpensslVerify, refuses_names_outside_of_the_constraints) {
  const LocalCa ca = make_ca();
  for (const auto server : {"example.org", "8.8.8.8", "::2"}) {
    EXPECT_NE(verify(ca, server_of(ca, server), ""), 0) << server;
    EXPECT_THAT(output_, HasSubstr("permitted subtree violation"));
  }
}

TEST(PermittedNames, are_names_and_ranges) {
  const auto permitted = parse_permitted(".plant4.local, 10.20.0.0/16,printer,fd00::/8").value();
  EXPECT_EQ(permitted.text(), "plant4.local, printer, 10.20.0.0/16, fd00::/8");
}

TEST(PermittedNames, say_what_is_wrong) {
  const auto why = [](std::string_view list) { return parse_permitted(list).error().what; };
  EXPECT_EQ(why("*.plant4.local"),
            "--permit: \"*.plant4.local\" has no place for a star: write .plant4.local");
  EXPECT_THAT(why("10.20.0.1/16"), HasSubstr("bits behind its prefix"));
  EXPECT_THAT(why("a b"), HasSubstr("neither a name nor an address range"));
  EXPECT_THAT(why(""), HasSubstr("is empty"));
  EXPECT_THAT(why("a,,b"), HasSubstr("is empty"));
  EXPECT_EQ(parse_permitted("").error().kind, ErrorKind::usage);
}

TEST(PermittedNames, of_this_machine_are_its_own_and_loopback_once_each) {
  const auto own = constraints_for(machine(), parse_permitted("gate1,10.20.0.5,x.example").value());
  EXPECT_EQ(own.text(),
            "localhost, gate1, gate1.plant4.local, plant4.local, x.example, 127.0.0.0/8, ::1, "
            "10.20.0.5");
  EXPECT_EQ(constraints_for({}).text(), "localhost, 127.0.0.0/8, ::1");
}

}  // namespace
}  // namespace gatehouse::certs
