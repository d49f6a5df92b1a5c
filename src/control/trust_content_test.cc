#include "control/trust_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/testing/chains.h"

namespace gatehouse::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class TheTrustContent : public ::testing::Test {
 protected:
  edge::OwnReply ask(std::string_view path, bool tls = true,
                     TrustContent::Where where = TrustContent::Where::on_a_site) {
    const TrustContent content(ca_.root, state_, where);
    return content.reply(
        {.path = path, .host = host_, .peer = "192.0.2.1", .user_agent = "Windows", .tls = tls});
  }
  void have_verdict(std::initializer_list<std::string_view> names) {
    state_->set_verdict(std::make_shared<TrustState::Verdict>(
        TrustState::Verdict{8009, ca_.serve(names).leaf().names()}));
  }
  std::string fingerprint() const { return crypto::hex(ca_.root.sha256()); }

  crypto::testing::Ca ca_;
  std::shared_ptr<TrustState> state_ = std::make_shared<TrustState>();
  std::string host_ = "a.example:8443";
};

TEST_F(TheTrustContent, is_one_page_of_less_than_forty_kibibytes) {
  have_verdict({"a.example"});
  const auto page = ask(kTrustPath);
  EXPECT_EQ(page.status, 200);
  EXPECT_LT(page.body.size(), 40u * 1024);
  EXPECT_THAT(page.body, HasSubstr("Does this device trust root?"));
}

TEST_F(TheTrustContent, hands_out_the_certificate_in_the_form_of_each_system_I13) {
  const auto windows = ask("/.well-known/gatehouse/trust/windows/gatehouse-ca.crt");
  EXPECT_EQ(windows.content_type, "application/x-x509-ca-cert");
  EXPECT_EQ(windows.file_name, "gatehouse-ca.crt");
  EXPECT_EQ(crypto::Certificate::from_der(as_bytes(windows.body)).value(), ca_.root);
  const auto linux = ask("/.well-known/gatehouse/trust/linux/gatehouse-ca.crt");
  EXPECT_EQ(linux.body, ca_.root.to_pem());
  const auto ios = ask("/.well-known/gatehouse/trust/ios/gatehouse-ca.mobileconfig");
  EXPECT_EQ(ios.content_type, "application/x-apple-aspen-config");
  EXPECT_EQ(ios.file_name, "");
}

TEST_F(TheTrustContent, holds_no_key_I15) {
  const Secret key = ca_.root_key.to_pem();
  const std::string_view text = as_text(key.view());
  const std::string line(text.substr(text.find('\n') + 1, 40));
  for (const auto path : {"", "/windows/gatehouse-ca.crt", "/macos/gatehouse-ca.crt",
                          "/ios/gatehouse-ca.mobileconfig", "/android/gatehouse-ca.crt",
                          "/linux/gatehouse-ca.crt", "/firefox/gatehouse-ca.crt", "/check"}) {
    const auto reply = ask(std::string(kTrustPath) + path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_THAT(reply.body, AllOf(Not(HasSubstr("PRIVATE")), Not(HasSubstr(line)))) << path;
  }
}

TEST_F(TheTrustContent, lets_the_page_run_its_own_script_and_ask_its_own_port_only) {
  have_verdict({"a.example"});
  const auto page = ask(kTrustPath);
  EXPECT_THAT(page.security_policy, StartsWith("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page.security_policy, HasSubstr("connect-src 'self' https://a.example:8009"));
  EXPECT_THAT(page.security_policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page.body, HasSubstr("data-port=\"8009\""));
}

TEST_F(TheTrustContent, says_by_which_names_a_verdict_is_possible) {
  have_verdict({"b.example"});
  const auto plain = ask(kTrustPath, false);
  EXPECT_THAT(plain.body, HasSubstr("data-named=\"b.example\""));
  EXPECT_THAT(plain.body, HasSubstr("data-port=\"\""));
  EXPECT_THAT(plain.security_policy, Not(HasSubstr("https://")));
  // Over TLS there is another way to tell.
  EXPECT_THAT(ask(kTrustPath).body, HasSubstr("data-named=\"\""));
}

TEST_F(TheTrustContent, has_a_code_for_the_camera_of_another_device) {
  EXPECT_THAT(ask(kTrustPath).body,
              HasSubstr("aria-label=\"https://a.example:8443/.well-known/gatehouse/trust\""));
  host_ = "localhost:8443";
  EXPECT_THAT(ask(kTrustPath).body, Not(HasSubstr("<svg")));
}

TEST_F(TheTrustContent, survives_a_host_that_is_none) {
  have_verdict({"a.example"});
  for (const auto* host : {"", "a b", "\"><script>", "[::1", "a.example:99999"}) {
    host_ = host;
    const auto page = ask(kTrustPath, false);
    EXPECT_EQ(page.status, 200) << host;
    EXPECT_THAT(page.security_policy, Not(HasSubstr("https://"))) << host;
  }
}

TEST_F(TheTrustContent, counts_devices_that_passed_once) {
  EXPECT_EQ(ask("/.well-known/gatehouse/trust/check", false).status, 404);
  EXPECT_EQ(state_->devices(fingerprint()), 0u);
  ask("/.well-known/gatehouse/trust/check");
  ask("/.well-known/gatehouse/trust/check");
  EXPECT_EQ(state_->devices(fingerprint()), 1u);
  EXPECT_EQ(state_->devices("another"), 0u);
}

TEST_F(TheTrustContent, counts_a_bounded_number_of_devices) {
  for (std::size_t i = 0; i < TrustState::kMostDevices + 5; ++i) {
    state_->passed("ca", fmt::format("{}", i));
  }
  EXPECT_EQ(state_->devices("ca"), TrustState::kMostDevices);
}

TEST_F(TheTrustContent, answers_nothing_else_on_a_site) {
  for (const auto* path : {"/.well-known/gatehouse/trust/", "/.well-known/gatehouse/trust/x",
                           "/.well-known/gatehouse/trust/windows"}) {
    EXPECT_EQ(ask(path).status, 404) << path;
  }
}

TEST_F(TheTrustContent, leads_everybody_to_the_page_at_a_listener_of_its_own) {
  const auto reply = ask("/", false, TrustContent::Where::alone);
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.location, kTrustPath);
}

TEST_F(TheTrustContent, is_only_read) {
  const TrustContent content(ca_.root, state_, TrustContent::Where::on_a_site);
  EXPECT_EQ(
      content.reply({.reads = false, .path = kTrustPath, .host = {}, .peer = {}, .user_agent = {}})
          .status,
      405);
}

// ------------------------------------------------------------------ a CA of an administrator

class OfANamedCa : public TheTrustContent {
 protected:
  edge::OwnReply ask_plant(std::string_view path) {
    const TrustContent content(plant_, state_, TrustContent::Where::on_a_site);
    return content.reply(
        {.path = path, .host = host_, .peer = "192.0.2.1", .user_agent = "Windows", .tls = true});
  }

  crypto::testing::Ca next_;
  certs::TrustedCa plant_{.name = "plant",
                          .roots = {{ca_.root}, {next_.root, certs::TrustRole::next}}};
};

TEST_F(OfANamedCa, both_roots_are_offered_and_the_next_one_is_marked_I14) {
  const auto page = ask_plant(kTrustPath);
  EXPECT_LT(page.body.size(), 40u * 1024);
  EXPECT_THAT(page.body, AllOf(HasSubstr("gatehouse trust show --ca plant"),
                               HasSubstr("the next root, which signs nothing yet"),
                               HasSubstr("windows/gatehouse-ca-next.crt")));
  const auto next = ask_plant("/.well-known/gatehouse/trust/windows/gatehouse-ca-next.crt");
  EXPECT_EQ(crypto::Certificate::from_der(as_bytes(next.body)).value(), next_.root);
  const auto profile = ask_plant("/.well-known/gatehouse/trust/ios/gatehouse-ca.mobileconfig");
  EXPECT_THAT(profile.body, HasSubstr("(next root)"));
}

TEST_F(OfANamedCa, the_live_test_of_another_ca_is_none_of_this_one) {
  have_verdict({"a.example"});
  EXPECT_THAT(ask_plant(kTrustPath).security_policy, Not(HasSubstr(":8009")));
  state_->set_verdict(std::make_shared<TrustState::Verdict>(
      TrustState::Verdict{8010, ca_.serve({"a.example"}).leaf().names(), "plant"}));
  EXPECT_THAT(ask_plant(kTrustPath).security_policy, HasSubstr("https://a.example:8010"));
  EXPECT_THAT(ask(kTrustPath).security_policy, Not(HasSubstr(":8010")));
}

TEST_F(OfANamedCa, a_site_has_the_page_as_its_roots_are_at_the_time) {
  const NamedTrustContent content("plant", state_);
  const edge::OwnQuestion question{
      .path = kTrustPath, .host = host_, .peer = "192.0.2.1", .user_agent = "Windows", .tls = true};
  EXPECT_EQ(content.reply(question).status, 404);
  state_->set_page("plant", std::make_shared<const TrustContent>(plant_, state_,
                                                                 TrustContent::Where::on_a_site));
  EXPECT_THAT(content.reply(question).body, HasSubstr("the next root"));
  plant_.roots.resize(1, plant_.roots.front());
  state_->set_page("plant", std::make_shared<const TrustContent>(plant_, state_,
                                                                 TrustContent::Where::on_a_site));
  EXPECT_THAT(content.reply(question).body, Not(HasSubstr("the next root")));
}

}  // namespace
}  // namespace gatehouse::control
