#include <gmock/gmock.h>

#include "certs/authority/testing/authority_fixture.h"
#include "crypto/verify.h"

namespace gatehouse::certs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CertifyTest : public testing::AuthorityFixture {
 protected:
  // Of a machine that keeps its key.
  static crypto::CertificateRequest request_of(const crypto::PrivateKey& own,
                                               std::string_view name = "be1.plant4.local") {
    crypto::RequestSpec spec{.common_name = std::string(name)};
    spec.names.push_back(host(name));
    return must(crypto::CertificateRequest::make(spec, own));
  }
  Result<CertifiedRequest> certify(IssueRequest wanted) {
    return run(authorities().certify(name(), std::move(wanted), request_of(key), cause(), soon()));
  }

  crypto::PrivateKey key = must(crypto::PrivateKey::generate(crypto::KeyType::p384));
};

TEST_F(CertifyTest, the_certificate_is_for_the_key_of_the_request_A4) {
  const Authority made = init();
  const auto signed_for = certify(server_request({"be1.plant4.local"}));
  ASSERT_TRUE(signed_for) << signed_for.error().what;
  EXPECT_TRUE(signed_for->chain.front().matches(key));
  EXPECT_FALSE(signed_for->chain.front().is_ca());
  const std::vector anchors{made.active_root().certificate};
  EXPECT_TRUE(crypto::verify_server_chain(
      signed_for->chain, anchors, ServerName::parse("be1.plant4.local").value(), testing::kNow));
}

TEST_F(CertifyTest, it_is_remembered_with_the_certificate_and_no_record_of_the_store) {
  init();
  const auto before = records().size();
  const auto made = must(certify(server_request({"be1.plant4.local"})));
  EXPECT_EQ(records().size(), before);
  const auto all = issued();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().issued.certificate, made.chain.front());
  EXPECT_FALSE(all.front().issued.record);
  EXPECT_THAT(all.front().issued.names, ElementsAre("be1.plant4.local"));
}

TEST_F(CertifyTest, it_is_taken_back_by_its_serial_number_or_its_thumbprint) {
  init();
  const auto made = must(certify(server_request({"be1.plant4.local"})));
  for (const std::string& text :
       {made.issued.serial, made.issued.serial.substr(0, 8),
        crypto::hex(made.chain.front().sha256()), crypto::hex(made.issued.sha256).substr(0, 12)}) {
    const auto found = run(authorities().find_issued(name(), text, std::nullopt, soon()));
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->issued.serial, made.issued.serial);
  }
  EXPECT_TRUE(run(authorities().revoke(name(), made.issued.serial,
                                       crypto::RevocationReason::key_compromise, cause(), soon())));
}

TEST_F(CertifyTest, the_limits_of_the_ca_hold_for_requests) {
  init();
  const auto refused = certify(server_request({"www.example.org"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_permitted);
  EXPECT_THAT(refused.error().what, HasSubstr("may not certify www.example.org, only"));
  EXPECT_TRUE(issued().empty());
}

TEST_F(CertifyTest, the_role_is_what_is_wanted) {
  init();
  const auto made = must(certify(client_request("fe-auth")));
  EXPECT_TRUE(made.chain.front().allows_client_authentication());
  EXPECT_FALSE(made.chain.front().allows_server_authentication());
}

TEST_F(CertifyTest, what_fails_while_it_is_written_has_issued_nothing) {
  init();
  faulty.fail_at(1, testing::FaultyStore::When::before);
  EXPECT_FALSE(certify(server_request({"be1.plant4.local"})));
  EXPECT_TRUE(issued().empty());
}

}  // namespace
}  // namespace gatehouse::certs
