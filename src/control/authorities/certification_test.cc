#include <gmock/gmock.h>

#include "control/authorities/testing/desk_fixture.h"
#include "crypto/request.h"

namespace gatehouse::control {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// By openssl, with an e-mail address, to be a CA, to sign code, and an extension of its own.
constexpr std::string_view kOdd = R"(-----BEGIN CERTIFICATE REQUEST-----
MIIBuDCCAV4CAQAwOzELMAkGA1UEBhMCQ0gxDTALBgNVBAoMBEFjbWUxHTAbBgNV
BAMMFHByaW50ZXIucGxhbnQ0LmxvY2FsMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAEYAvJpQcsmLQ3cZdrr4vN8kHyTykkVPtv9bjbjY++OmzSJhUnixicBJFjFcdM
5nBboPWyfhkqjSyOYH188ZN/KKCBwDCBvQYJKoZIhvcNAQkOMYGvMIGsMDsGA1Ud
EQQ0MDKCFHByaW50ZXIucGxhbnQ0LmxvY2FsgQ5pdEBleGFtcGxlLm9yZ4YKaHR0
cHM6Ly94LzALBgNVHQ8EBAMCAowwJwYDVR0lBCAwHgYIKwYBBQUHAwEGCCsGAQUF
BwMCBggrBgEFBQcDAzAPBgNVHRMBAf8EBTADAQH/MBQGCWCGSAGG+EIBDQQHFgVo
ZWxsbzAQBgkrBgEEAYOyAwEEAwwBeDAKBggqhkjOPQQDAgNIADBFAiBI3ZIrAEET
QF4f4TgMbiuyo6uV5r3VvbbbHocxFPcOTQIhAIKmdnj7/lYI9Ty4TksEy1rjMRAN
cpJhegW1UvZKAFkk
-----END CERTIFICATE REQUEST-----
)";
// A common name and nothing else.
constexpr std::string_view kPlain = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHbMIGBAgEAMB8xHTAbBgNVBAMMFHByaW50ZXIucGxhbnQ0LmxvY2FsMFkwEwYH
KoZIzj0CAQYIKoZIzj0DAQcDQgAEYAvJpQcsmLQ3cZdrr4vN8kHyTykkVPtv9bjb
jY++OmzSJhUnixicBJFjFcdM5nBboPWyfhkqjSyOYH188ZN/KKAAMAoGCCqGSM49
BAMCA0kAMEYCIQC6RCWuPilxz5A9skJ428NAgZBI4hkqT/T+66Y1VTbc+gIhAMen
Wya/oN7muplCMaNyBEnmGBobwNV3dHHjHRXVeRAK
-----END CERTIFICATE REQUEST-----
)";
// RSA-PSS, which no handshake of ours and few of others know.
constexpr std::string_view kPss = R"(-----BEGIN CERTIFICATE REQUEST-----
MIICkzCCAUYCAQAwGzEZMBcGA1UEAwwQcHNzLnBsYW50NC5sb2NhbDCCASAwCwYJ
KoZIhvcNAQEKA4IBDwAwggEKAoIBAQC91UW+4bvM5NAHWMOILXJaFfoMw9SmX7yT
M74HcF9Pzzokb1eIE3Vaaf3mRFTRH/e5eNxMtCNQfMY9HLUPm8tm0dKJ3Qx95FSJ
KhldOaab83RkFXJUWm1CsqlYVwwpbdKEmTg3NB+QeJjd9HNvJTnUKm50UK1zJdu3
RN1+wO6qrf46G/ePZX2t9m38MIIukzSIPbps76/MiA33oZcPfS/FO6ZKR5u+7rGs
6JgzBRIxqtrDx7wxvsV7m2fUz3F3vPt6H/pYPClHC9j5iOJ/fjU/YuPxhWcvcIdU
ezs5Y35uj8YpuqV5zd89kbwSun7j47H1L9pgdalKqc4oo1Kzd4+1AgMBAAGgADBC
BgkqhkiG9w0BAQowNaAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZIhvcNAQEIMA0G
CWCGSAFlAwQCAQUAogQCAgDeA4IBAQBce1SDaYSheZveYC4tLdJICrT+2I0pNz/Z
QySezo5Eh172Vk2sYFq6Rm34DPWBv3ikZUSDbouYw5NaG4d0wwr/nxv+57VMYEKW
DFDsWled8X8VERg1P/8mYbAgy73nfU1H1ls1RasvZOGZ06rjrYoiKBFQri2pGQn7
s2bqWS5n3/e7khve8qXBKy3No2f0bvlbfqPpEJwqmS6IlXO0TqPEgP/vvQiz8e7s
RRotxYf8vfSl9pbxEGTPrEgKX6McTedFgEO7gCwK2HAO4iJ0ei5Xtx0oVAttUTyc
WEftKKnj4CMXlA+mWrvtKuCwZ78kAoqhC9fzf9pEZLgJ+3i85mhM
-----END CERTIFICATE REQUEST-----
)";
// Without a subject and names.
constexpr std::string_view kNone = R"(-----BEGIN CERTIFICATE REQUEST-----
MH8wMwIBADAAMCowBQYDK2VwAyEArQIhirc7jSKLL1vHOPXCifAaB/RHp9H8ALfv
vs6PqfqgADAFBgMrZXADQQANE6POGm0/TTJ/S0a8pm1Ya6Mo1KPz6LyaHyb777k+
DqlJ9UTBLuVn6vOgnjDgV4d609VptHiEWwL9/B1VtgQK
-----END CERTIFICATE REQUEST-----
)";

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
  const auto made = issue_at_desk(request(kPlain));
  ASSERT_TRUE(made) << made.error().what;
  ASSERT_THAT(made->certificates(), SizeIs(1));
  const auto& one = made->certificates(0);
  EXPECT_EQ(one.key(), "");
  EXPECT_EQ(one.row().certificate(), "") << "without its key it has no place in the store";
  EXPECT_EQ(leaf(*made).spki_sha256(), crypto::CertificateRequest::from_pem(kPlain)->spki_sha256());
  EXPECT_THAT(crypto::parse_pem_certificates(one.chain()).value(), SizeIs(2));
  EXPECT_THAT(made->anchors(), HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(taken_up, IsEmpty());
}

TEST_F(CertificationTest, a_request_without_names_is_for_its_common_name_and_that_is_said) {
  const auto made = issue_at_desk(request(kPlain));
  EXPECT_THAT(leaf(*made).names().texts(), ElementsAre("printer.plant4.local"));
  EXPECT_THAT(made->notes(), ElementsAre(AllOf(HasSubstr("subjectAltName"),
                                               HasSubstr("common name: printer.plant4.local"))));
}

TEST_F(CertificationTest, rights_that_it_asks_for_are_not_granted_and_that_is_said) {
  const auto made = issue_at_desk(request(kOdd));
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
  auto wanted = request(kOdd);
  wanted.set_role("clientAuth");
  const auto made = issue_at_desk(wanted);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE(leaf(*made).allows_client_authentication());
  EXPECT_FALSE(leaf(*made).allows_server_authentication());
  EXPECT_EQ(made->certificates(0).row().role(), "clientAuth");
}

TEST_F(CertificationTest, names_of_the_caller_take_the_place_of_those_that_it_asks_for) {
  const auto made = issue_at_desk(request(kOdd, {"a.plant4.local", "10.20.0.7"}));
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_THAT(leaf(*made).names().texts(), ElementsAre("a.plant4.local", "10.20.0.7"));
  EXPECT_THAT(made->notes(), Contains(HasSubstr("asks for printer.plant4.local; your names")));
}

TEST_F(CertificationTest, the_limits_of_the_ca_are_kept_with_a_clear_sentence) {
  const auto refused = issue_at_desk(request(kOdd, {"www.example.org"}));
  EXPECT_EQ(kind_of(refused), ErrorKind::not_permitted);
  EXPECT_THAT(refused.error().what,
              HasSubstr("the CA plant may not certify www.example.org, only plant4.local"));
  EXPECT_THAT(show()->issued(), IsEmpty());
}

TEST_F(CertificationTest, who_names_nothing_is_told_how) {
  const auto refused = issue_at_desk(request(kNone));
  EXPECT_EQ(kind_of(refused), ErrorKind::invalid);
  EXPECT_THAT(refused.error().what, HasSubstr("--host NAME"));
  const auto named = issue_at_desk(request(kNone, {"a.plant4.local"}));
  ASSERT_TRUE(named) << named.error().what;
  EXPECT_THAT(named->notes(), Contains(HasSubstr("Ed25519")));
}

TEST_F(CertificationTest, what_no_client_takes_is_refused) {
  const auto pss = issue_at_desk(request(kPss));
  ASSERT_FALSE(pss);
  EXPECT_THAT(pss.error().what, HasSubstr("ECDSA P-256"));
  auto forged = std::string(as_text(crypto::CertificateRequest::from_pem(kPlain)->der()));
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
    auto wanted = request(kPlain);
    change(wanted);
    EXPECT_EQ(kind_of(issue_at_desk(wanted)), ErrorKind::usage);
  }
}

TEST_F(CertificationTest, a_dry_run_signs_nothing) {
  auto wanted = request(kPlain);
  wanted.set_dry_run(true);
  const auto planned = issue_at_desk(wanted);
  ASSERT_TRUE(planned) << planned.error().what;
  EXPECT_EQ(planned->certificates(0).chain(), "");
  EXPECT_THAT(planned->certificates(0).row().names(), ElementsAre("printer.plant4.local"));
  EXPECT_THAT(show()->issued(), IsEmpty());
}

TEST_F(CertificationTest, what_was_signed_can_be_had_again_and_taken_back) {
  auto wanted = request(kPlain);
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
