#include <gmock/gmock.h>

#include "control/authorities/testing/desk_fixture.h"
#include "crypto/request.h"
#include "crypto/testing/request_samples.h"

namespace gatehouse::control {
namespace {

namespace samples = crypto::request_samples;

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class CertificationTest : public testing::DeskFixture {
 protected:
  CertificationTest() { init_at_desk(); }

  static api::IssueRequest request(std::string_view file,
                                   const std::vector<std::string>& hosts = {}) {
    api::IssueRequest request = issue_request(hosts);
    request.set_request(std::string(file));
    return request;
  }
  static crypto::Certificate leaf(const api::IssueResponse& response) {
    return crypto::parse_pem_certificates(response.certificates(0).chain()).value().front();
  }
};

TEST_F(CertificationTest, a_request_of_another_machine_is_signed_A4) {
  const auto made = issue_at_desk(request(samples::kNameAlone));
  ASSERT_TRUE(made) << made.error().what;
  ASSERT_THAT(made->certificates(), SizeIs(1));
  const auto& one = made->certificates(0);
  EXPECT_EQ(one.key(), "");
  EXPECT_EQ(one.row().certificate(), "") << "without its key it has no place in the store";
  EXPECT_EQ(leaf(*made).spki_sha256(),
            crypto::CertificateRequest::from_pem(samples::kNameAlone)->spki_sha256());
  EXPECT_THAT(crypto::parse_pem_certificates(one.chain()).value(), SizeIs(2));
  EXPECT_THAT(made->anchors(), HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(taken_up, IsEmpty());
}

TEST_F(CertificationTest, a_request_without_names_is_for_its_common_name_and_that_is_said) {
  const auto made = issue_at_desk(request(samples::kNameAlone));
  EXPECT_THAT(leaf(*made).names().texts(), ElementsAre("printer.plant4.local"));
  EXPECT_THAT(made->notes(), ElementsAre(AllOf(HasSubstr("subjectAltName"),
                                               HasSubstr("common name: printer.plant4.local"))));
}

TEST_F(CertificationTest, rights_that_it_asks_for_are_not_granted_and_that_is_said) {
  const auto made = issue_at_desk(request(samples::kOdd));
  ASSERT_TRUE(made) << made.error().what;
  const auto certificate = leaf(*made);
  EXPECT_FALSE(certificate.is_ca());
  EXPECT_FALSE(certificate.allows_client_authentication());
  EXPECT_EQ(certificate.subject(), "CN=printer.plant4.local,O=gatehouse");
  EXPECT_THAT(made->notes(), Contains(HasSubstr("asks to be a CA")));
  EXPECT_THAT(made->notes(), Contains(HasSubstr("servers and clients")));
  EXPECT_THAT(made->notes(), Contains(HasSubstr("CN=printer.plant4.local,O=Acme,C=CH")));
  EXPECT_THAT(made->notes(),
              Contains(AllOf(HasSubstr("Code Signing"), HasSubstr("1.3.6.1.4.1.55555.1"))));
}

TEST_F(CertificationTest, the_role_is_the_callers) {
  auto wanted = request(samples::kOdd);
  wanted.set_role("clientAuth");
  const auto made = issue_at_desk(wanted);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE(leaf(*made).allows_client_authentication());
  EXPECT_FALSE(leaf(*made).allows_server_authentication());
  EXPECT_EQ(made->certificates(0).row().role(), "clientAuth");
}

TEST_F(CertificationTest, names_of_the_caller_take_the_place_of_those_that_it_asks_for) {
  const auto made = issue_at_desk(request(samples::kOdd, {"a.plant4.local", "10.20.0.7"}));
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_THAT(leaf(*made).names().texts(), ElementsAre("a.plant4.local", "10.20.0.7"));
  EXPECT_THAT(made->notes(), Contains(HasSubstr("asks for printer.plant4.local; your names")));
}

TEST_F(CertificationTest, the_limits_of_the_ca_are_kept_with_a_clear_sentence) {
  const auto refused = issue_at_desk(request(samples::kOdd, {"www.example.org"}));
  EXPECT_EQ(kind_of(refused), ErrorKind::not_permitted);
  EXPECT_THAT(refused.error().what,
              HasSubstr("the CA plant may not certify www.example.org, only plant4.local"));
  EXPECT_THAT(show()->issued(), IsEmpty());
}

TEST_F(CertificationTest, who_names_nothing_is_told_how) {
  const auto refused = issue_at_desk(request(samples::kShort));
  EXPECT_EQ(kind_of(refused), ErrorKind::invalid);
  EXPECT_THAT(refused.error().what, HasSubstr("--host NAME"));
  const auto named = issue_at_desk(request(samples::kShort, {"a.plant4.local"}));
  ASSERT_TRUE(named) << named.error().what;
  EXPECT_THAT(named->notes(), Contains(HasSubstr("Ed25519")));
}

TEST_F(CertificationTest, what_no_client_takes_is_refused) {
  const auto pss = issue_at_desk(request(samples::kPss));
  ASSERT_FALSE(pss);
  EXPECT_THAT(pss.error().what, HasSubstr("ECDSA P-256"));
  auto forged =
      std::string(as_text(crypto::CertificateRequest::from_pem(samples::kNameAlone)->der()));
  forged.back() = static_cast<char>(forged.back() ^ 1);
  const auto refused = issue_at_desk(request(forged));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("not signed by its own key"));
  EXPECT_EQ(kind_of(issue_at_desk(request("nothing of the kind"))), ErrorKind::invalid);
}

TEST_F(CertificationTest, nothing_can_be_wanted_of_a_key_that_is_elsewhere) {
  for (const auto& change : std::vector<std::function<void(api::IssueRequest&)>>{
           [](auto& wanted) { wanted.set_key_type("p384"); },
           [](auto& wanted) { wanted.set_each(true); },
           [](auto& wanted) { wanted.set_certificate("x"); },
           [](auto& wanted) { wanted.set_replace("x"); },
           [](auto& wanted) { wanted.set_hand_out(true); },
           [](auto& wanted) { wanted.set_passphrase("x"); },
           [](auto& wanted) { wanted.set_days(826); }}) {
    auto wanted = request(samples::kNameAlone);
    change(wanted);
    EXPECT_EQ(kind_of(issue_at_desk(wanted)), ErrorKind::usage);
  }
}

TEST_F(CertificationTest, a_dry_run_signs_nothing) {
  auto wanted = request(samples::kNameAlone);
  wanted.set_dry_run(true);
  const auto planned = issue_at_desk(wanted);
  ASSERT_TRUE(planned) << planned.error().what;
  EXPECT_EQ(planned->certificates(0).chain(), "");
  EXPECT_THAT(planned->certificates(0).row().names(), ElementsAre("printer.plant4.local"));
  EXPECT_THAT(show()->issued(), IsEmpty());
}

TEST_F(CertificationTest, what_was_signed_can_be_had_again_and_taken_back) {
  auto wanted = request(samples::kNameAlone);
  wanted.set_days(30);
  const auto made = issue_at_desk(wanted);
  const auto& row = made->certificates(0).row();
  EXPECT_EQ(leaf(*made).not_after(), clock.wall() + std::chrono::days{30});
  api::GetAuthorityRequest again;
  again.set_name("plant");
  for (const std::string& text : {row.serial(), row.sha256().substr(0, 10), row.subject()}) {
    again.set_certificate(text);
    const auto shown = ask(desk().get(again, caller()));
    ASSERT_TRUE(shown) << shown.error().what;
    EXPECT_EQ(shown->chain(), made->certificates(0).chain());
    EXPECT_THAT(shown->issued(), SizeIs(1));
  }
  again.set_certificate("nobody");
  EXPECT_EQ(kind_of(ask(desk().get(again, caller()))), ErrorKind::not_found);
  api::RevokeRequest revoke;
  revoke.set_authority("plant");
  revoke.set_certificate(row.sha256());
  const auto revoked = ask(desk().revoke(revoke, caller()));
  ASSERT_TRUE(revoked) << revoked.error().what;
  EXPECT_EQ(revoked->certificate().serial(), row.serial());
  EXPECT_THAT(revoked->notes(), Not(Contains(HasSubstr("in the store here"))));
}

}  // namespace
}  // namespace gatehouse::control
