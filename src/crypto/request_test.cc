#include "crypto/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/pem.h"
#include "crypto/testing/chains.h"
#include "crypto/testing/request_samples.h"

namespace gatehouse::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RequestSpec spec(std::initializer_list<std::string_view> names) {
  RequestSpec spec{.common_name = std::string(*names.begin()), .purpose = Purpose::server};
  for (const auto name : names) spec.names.push_back(NamePattern::parse(name).value());
  return spec;
}

PrivateKey key(KeyType type = KeyType::p256) { return PrivateKey::generate(type).value(); }

TEST(CertificateRequest, I1_says_what_it_was_made_of) {
  const PrivateKey own = key();
  const auto request =
      CertificateRequest::make(spec({"a.example", "*.b.example", "192.0.2.1", "::1"}), own).value();
  EXPECT_EQ(request.subject(), "CN=a.example");
  EXPECT_EQ(request.common_name(), "a.example");
  EXPECT_THAT(request.names().texts(), ElementsAre("a.example", "*.b.example", "192.0.2.1", "::1"));
  EXPECT_TRUE(request.wants_server());
  EXPECT_FALSE(request.wants_client());
  EXPECT_FALSE(request.wants_ca());
  EXPECT_EQ(request.key_text(), "ECDSA P-256");
  EXPECT_EQ(request.spki_sha256(), own.spki_sha256());
  EXPECT_EQ(spki_sha256(request.public_key().get()), own.spki_sha256());
}

TEST(CertificateRequest, every_kind_of_key_can_ask) {
  for (const KeyType type : {KeyType::p256, KeyType::p384, KeyType::rsa2048, KeyType::ed25519}) {
    const PrivateKey own = key(type);
    const auto request = CertificateRequest::make(spec({"a.example"}), own);
    ASSERT_TRUE(request) << request.error().what;
    EXPECT_EQ(request->key_text(), own.text());
  }
}

TEST(CertificateRequest, its_text_reads_as_the_same_request) {
  const auto request = CertificateRequest::make(spec({"a.example"}), key()).value();
  EXPECT_EQ(CertificateRequest::from_pem("Dear CA,\n" + request.to_pem()).value(), request);
}

TEST(CertificateRequest, asks_for_clients_too_and_for_nothing_in_particular) {
  RequestSpec wanted = spec({"fe-auth.example"});
  wanted.purpose = Purpose::client;
  EXPECT_TRUE(CertificateRequest::make(wanted, key()).value().wants_client());
  const auto plain = CertificateRequest::make({.common_name = "fe-auth"}, key()).value();
  EXPECT_FALSE(plain.wants_client());
  EXPECT_FALSE(plain.wants_server());
  EXPECT_THAT(plain.names().texts(), IsEmpty());
}

TEST(CertificateRequest, reads_what_openssl_writes) {
  const auto request = CertificateRequest::from_pem(request_samples::kByOpenssl).value();
  EXPECT_EQ(request.subject(), "CN=www.example.org,O=Müller AG,C=CH");
  EXPECT_THAT(request.names().texts(), ElementsAre("www.example.org", "192.0.2.7"));
  EXPECT_TRUE(request.wants_server());
  EXPECT_TRUE(request.wants_client());
}

TEST(CertificateRequest, reads_one_without_extensions_and_with_a_challenge_password) {
  const auto request = CertificateRequest::from_pem(request_samples::kPlain).value();
  EXPECT_EQ(request.common_name(), "old.example");
  EXPECT_THAT(request.names().texts(), IsEmpty());
}

TEST(CertificateRequest, tells_that_a_ca_is_wanted) {
  EXPECT_TRUE(CertificateRequest::from_pem(request_samples::kOfCa).value().wants_ca());
}

TEST(CertificateRequest, a_weak_key_is_refused_with_a_remedy) {
  const auto refused = CertificateRequest::from_pem(request_samples::kWeak);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("too weak (RSA 1024): ask with an ECDSA P-256 key"));
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
}

TEST(CertificateRequest, whoever_lacks_the_key_cannot_ask_for_it) {
  // The signature is the last thing in it.
  auto der = CertificateRequest::make(spec({"a.example"}), key()).value();
  Bytes changed(der.der().begin(), der.der().end());
  const auto text = as_text(changed);
  const auto at = text.find("a.example");
  changed.at(at) = 'b';
  const auto refused = CertificateRequest::from_der(changed);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("not signed by its own key"));
}

TEST(CertificateRequest, every_cut_and_every_changed_byte_is_refused_or_the_same_question) {
  const auto request = CertificateRequest::make(spec({"a.example"}), key()).value();
  const Bytes whole(request.der().begin(), request.der().end());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(CertificateRequest::from_der(ByteView(whole).first(size))) << size;
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes changed = whole;
    changed[i] ^= 1;
    EXPECT_FALSE(CertificateRequest::from_der(changed)) << i;
  }
  Bytes more = whole;
  more.push_back(0);
  EXPECT_FALSE(CertificateRequest::from_der(more));
}

TEST(CertificateRequest, a_text_with_none_or_two_is_refused) {
  const auto pem = CertificateRequest::make(spec({"a.example"}), key()).value().to_pem();
  EXPECT_THAT(CertificateRequest::from_pem("nothing").error().what,
              HasSubstr("no certificate request"));
  EXPECT_THAT(CertificateRequest::from_pem(pem + pem).error().what, HasSubstr("more than one"));
}

TEST(CertificateRequest, one_that_is_too_large_is_not_looked_at) {
  EXPECT_FALSE(CertificateRequest::from_der(Bytes(64 * 1024 + 1, 0x30)));
  EXPECT_FALSE(CertificateRequest::from_der({}));
}

TEST(CertificateRequest, the_certificate_that_answers_it_has_its_key) {
  const testing::Ca ca;
  const PrivateKey own = key();
  const auto request = CertificateRequest::make(spec({"a.example"}), own).value();
  const auto answer =
      issue(testing::server_spec({"a.example"}), own, ca.intermediate, ca.key).value();
  EXPECT_EQ(answer.spki_sha256(), request.spki_sha256());
}

TEST(CertificateRequest, a_key_that_no_handshake_knows_is_refused_with_a_remedy) {
  const auto refused = CertificateRequest::from_pem(request_samples::kPss);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("(RSA 2048) is of a kind that no client takes"));
}

TEST(CertificateRequest, says_what_else_it_asks_for) {
  const auto odd = CertificateRequest::from_pem(request_samples::kOdd).value();
  EXPECT_THAT(odd.names().texts(), ElementsAre("printer.plant4.local"));
  EXPECT_TRUE(odd.wants_ca());
  EXPECT_TRUE(odd.wants_server());
  EXPECT_TRUE(odd.wants_client());
  EXPECT_THAT(
      odd.other_wishes(),
      ElementsAre("2 names that are neither hosts nor addresses", "the purpose Code Signing",
                  "the key usage keyAgreement", "the key usage keyCertSign",
                  "the extension Netscape Comment", "the extension 1.3.6.1.4.1.55555.1"));
  EXPECT_THAT(CertificateRequest::from_pem(request_samples::kByOpenssl)->other_wishes(), IsEmpty());
}

TEST(CertificateRequest, is_read_from_a_file_in_either_form) {
  for (const std::string_view pem : {request_samples::kByOpenssl, request_samples::kPlain,
                                     request_samples::kOdd, request_samples::kShort}) {
    const auto request = CertificateRequest::from_pem(pem).value();
    EXPECT_EQ(CertificateRequest::from_file(as_bytes(pem)), request);
    EXPECT_EQ(CertificateRequest::from_file(request.der()), request);
  }
  EXPECT_FALSE(CertificateRequest::from_file({}));
  EXPECT_FALSE(CertificateRequest::from_file(as_bytes("0")));
  EXPECT_FALSE(CertificateRequest::from_file(as_bytes("nothing of the kind")));
}

TEST(CertificateRequest, a_certificate_for_its_key_has_none_of_its_wishes_I1) {
  const PrivateKey issuer = key();
  CertificateSpec root;
  root.common_name = "root";
  root.not_before = WallTime{std::chrono::seconds{1'700'000'000}};
  root.not_after = WallTime{std::chrono::seconds{1'900'000'000}};
  root.ca_path_length = 0;
  const auto above = issue_self_signed(root, issuer).value();
  CertificateSpec leaf = root;
  leaf.common_name = "printer";
  leaf.ca_path_length.reset();
  leaf.purpose = Purpose::server;
  const auto request = CertificateRequest::from_pem(request_samples::kOdd).value();
  const auto made = issue(leaf, request, above, issuer).value();
  EXPECT_TRUE(made.is_issued_by(above));
  EXPECT_EQ(made.spki_sha256(), request.spki_sha256());
  EXPECT_FALSE(made.is_ca());
  EXPECT_FALSE(made.allows_client_authentication());
  EXPECT_THAT(made.names().texts(), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::crypto
