#include "certs/issuer/local_ca.h"

#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "certs/issuer/permitted_names.h"
#include "crypto/verify.h"

namespace gatehouse::certs {
namespace {

using crypto::Identity;
using crypto::KeyType;
using crypto::NameConstraints;
using ::testing::HasSubstr;

const WallTime kNow = FakeClock().wall();  // 2026-09-21

ServerName name(std::string_view text) { return ServerName::parse(text).value(); }
NamePattern pattern(std::string_view text) { return NamePattern::parse(text).value(); }

MachineNames machine() {
  return {name("gate1"), name("gate1.plant4.local"), name("plant4.local"), {name("10.20.0.5")}};
}

LocalCa make_ca(const NameConstraints& more = {}) {
  return LocalCa::create(constraints_for(machine(), more), "gate1", {}, kNow).value();
}

Result<Ok> verdict(const LocalCa& ca, const Identity& identity, std::string_view server,
                   WallTime now = kNow) {
  const std::vector anchors{ca.anchor()};
  return crypto::verify_server_chain(identity.chain, anchors, name(server), now);
}

// A chain that the issuer signs although our own check would have refused it.
Identity sign_unchecked(const LocalCa& ca, std::string_view server) {
  crypto::CertificateSpec spec;
  spec.common_name = server;
  spec.names = {pattern(server)};
  spec.not_before = kNow;
  spec.not_after = kNow + std::chrono::days(1);
  spec.purpose = crypto::Purpose::server;
  auto key = crypto::PrivateKey::generate(KeyType::p256).value();
  auto leaf = crypto::issue(spec, key, ca.server_issuer().leaf(), ca.server_issuer().key).value();
  return {{leaf, ca.server_issuer().leaf()}, key};
}

TEST(LocalCa, is_named_so_that_people_can_tell_two_apart) {
  const LocalCa ca = make_ca();
  EXPECT_EQ(ca.anchor().subject(), "CN=gatehouse local CA of gate1\\, 2026-09,O=gatehouse");
  EXPECT_EQ(ca.server_issuer().leaf().subject(),
            "CN=gatehouse server issuer of gate1\\, 2026-09,O=gatehouse");
}

TEST(LocalCa, with_a_very_long_host_name_still_shows_the_month) {
  const auto ca = LocalCa::create(constraints_for(machine()), std::string(60, 'h'), {}, kNow);
  EXPECT_THAT(ca.value().anchor().common_name(), ::testing::EndsWith(", 2026-09"));
  EXPECT_THAT(ca.value().server_issuer().leaf().common_name(), ::testing::EndsWith(", 2026-09"));
}

TEST(LocalCa, certifies_the_names_of_this_machine_T7) {
  const LocalCa ca = make_ca();
  const std::vector names{pattern("localhost"),     pattern("gate1"), pattern("gate1.plant4.local"),
                          pattern("127.0.0.1"),     pattern("::1"),   pattern("10.20.0.5"),
                          pattern("*.plant4.local")};
  for (const auto type : {KeyType::p256, KeyType::rsa2048}) {
    const Identity identity = ca.issue_server(names, type, kNow).value();
    for (const auto server : {"localhost", "gate1", "gate1.plant4.local", "127.0.0.1", "::1",
                              "10.20.0.5", "x.plant4.local"}) {
      const auto accepted = verdict(ca, identity, server);
      EXPECT_TRUE(accepted) << accepted.error().what;
    }
  }
}

TEST(LocalCa, refuses_other_names_and_says_what_it_may) {
  const LocalCa ca = make_ca();
  for (const auto server : {"example.org", "gate2", "10.20.0.6", "::2", "*.example.org"}) {
    const auto identity = ca.issue_server(std::vector{pattern(server)}, KeyType::p256, kNow);
    ASSERT_FALSE(identity) << server;
    EXPECT_EQ(identity.error().kind, ErrorKind::not_permitted);
    EXPECT_THAT(identity.error().what, HasSubstr("only localhost, gate1, "));
  }
}

TEST(LocalCa, a_stolen_issuer_key_convinces_nobody_of_other_names) {
  const LocalCa ca = make_ca();
  EXPECT_TRUE(verdict(ca, sign_unchecked(ca, "gate1"), "gate1"));
  for (const auto server : {"example.org", "gate2", "10.20.0.6", "8.8.8.8", "::2"}) {
    EXPECT_FALSE(verdict(ca, sign_unchecked(ca, server), server)) << server;
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
  auto third =
      crypto::issue(spec, ca_key, ca.server_issuer().leaf(), ca.server_issuer().key).value();
  spec.ca_path_length.reset();
  spec.common_name = "localhost";
  spec.names = {pattern("localhost")};
  auto key = crypto::PrivateKey::generate(KeyType::p256).value();
  auto leaf = crypto::issue(spec, key, third, ca_key).value();
  EXPECT_FALSE(verdict(ca, {{leaf, third, ca.server_issuer().leaf()}, key}, "localhost"));
}

TEST(LocalCa, permits_more_when_it_was_made_so) {
  const LocalCa ca = make_ca(parse_permitted(".plant5.local,10.30.0.0/16,fd00::/8").value());
  const std::vector names{pattern("a.plant5.local"), pattern("plant5.local"), pattern("10.30.1.1"),
                          pattern("fd00::7")};
  const Identity identity = ca.issue_server(names, KeyType::p256, kNow).value();
  for (const auto& one : names) EXPECT_TRUE(verdict(ca, identity, one.text())) << one.text();
}

TEST(LocalCa, kept_and_restored_is_the_same_ca) {
  const LocalCa ca = make_ca();
  const LocalCa again = LocalCa::restore(ca.root(), ca.server_issuer(), {}).value();
  EXPECT_EQ(again.anchor(), ca.anchor());
  EXPECT_EQ(again.constraints(), ca.constraints());
  const auto identity = again.issue_server(std::vector{pattern("gate1")}, KeyType::p256, kNow);
  EXPECT_TRUE(verdict(ca, identity.value(), "gate1"));
}

TEST(LocalCa, a_new_issuer_below_the_same_root_needs_no_new_trust) {
  LocalCa ca = make_ca();
  const auto before = ca.server_issuer().leaf();
  const auto later = kNow + std::chrono::days(4 * 365);
  ASSERT_TRUE(ca.renew_server_issuer(later));
  EXPECT_NE(ca.server_issuer().leaf(), before);
  const auto identity = ca.issue_server(std::vector{pattern("gate1")}, KeyType::p256, later);
  EXPECT_TRUE(verdict(ca, identity.value(), "gate1", later));
}

TEST(LocalCa, nothing_outlives_what_signed_it) {
  LocalCa ca = make_ca();
  const auto near_the_end = ca.anchor().not_after() - std::chrono::days(10);
  ASSERT_TRUE(ca.renew_server_issuer(near_the_end));
  EXPECT_EQ(ca.server_issuer().leaf().not_after(), ca.anchor().not_after());
  const auto identity = ca.issue_server(std::vector{pattern("gate1")}, KeyType::p256, near_the_end);
  EXPECT_EQ(identity.value().leaf().not_after(), ca.anchor().not_after());
}

TEST(LocalCa, parts_of_two_cas_do_not_make_one) {
  EXPECT_THAT(LocalCa::restore(make_ca().root(), make_ca().server_issuer(), {}).error().what,
              HasSubstr("is not an issuer below"));
  const LocalCa ca = make_ca();
  EXPECT_THAT(LocalCa::restore(ca.server_issuer(), {}, kNow).error().what,
              HasSubstr("is not the root of a local CA"));
}

TEST(SelfSigned, is_for_any_name_and_verifies_by_itself) {
  const auto identity =
      issue_self_signed(std::vector{pattern("example.org")}, KeyType::p256, {}, kNow).value();
  EXPECT_FALSE(identity.leaf().is_ca());
  EXPECT_EQ(identity.chain.size(), 1u);
  EXPECT_TRUE(identity.leaf().matches(identity.key));
}

// The real openssl command must agree with the library.
class OpensslVerify : public ::testing::Test {
 protected:
  int verify(const LocalCa& ca, const Identity& identity, std::string_view options) {
    testing::put(folder_ / "root.pem", ca.anchor().to_pem());
    testing::put(folder_ / "issuer.pem", ca.server_issuer().leaf().to_pem());
    testing::put(folder_ / "leaf.pem", identity.leaf().to_pem());
    const std::string in = folder_.path().string();
    const std::string command =
        "openssl verify -x509_strict -purpose sslserver -attime 1790000000 -CAfile " + in +
        "/root.pem -untrusted " + in + "/issuer.pem " + std::string(options) + " " + in +
        "/leaf.pem >" + in + "/out 2>&1";
    const int status = std::system(command.c_str());
    if (status != 0) output_ = testing::content_of(folder_ / "out");
    return status;
  }

  testing::TemporaryFolder folder_;
  std::string output_;
};

TEST_F(OpensslVerify, accepts_the_chain_for_names_and_addresses) {
  const LocalCa ca = make_ca();
  const std::vector names{pattern("localhost"), pattern("gate1.plant4.local"), pattern("127.0.0.1"),
                          pattern("::1")};
  const Identity identity = ca.issue_server(names, KeyType::p256, kNow).value();
  EXPECT_EQ(verify(ca, identity, "-verify_hostname localhost"), 0) << output_;
  EXPECT_EQ(verify(ca, identity, "-verify_hostname gate1.plant4.local"), 0) << output_;
  EXPECT_EQ(verify(ca, identity, "-verify_ip 127.0.0.1"), 0) << output_;
  EXPECT_EQ(verify(ca, identity, "-verify_ip ::1"), 0) << output_;
  EXPECT_NE(verify(ca, identity, "-verify_hostname gate2"), 0);
}

TEST_F(OpensslVerify, refuses_names_outside_of_the_constraints) {
  const LocalCa ca = make_ca();
  for (const auto server : {"example.org", "8.8.8.8", "::2"}) {
    EXPECT_NE(verify(ca, sign_unchecked(ca, server), ""), 0) << server;
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
