#include "crypto/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/pem.h"
#include "crypto/testing/samples.h"

namespace gatehouse::crypto {
namespace {

using testing::ElementsAre;

Certificate sample() { return Certificate::from_pem(samples::kCertificate).value(); }
ServerName name(std::string_view text) { return ServerName::parse(text).value(); }

TEST(Certificate, tells_what_it_says) {
  const Certificate certificate = sample();
  EXPECT_EQ(certificate.subject(), "CN=sample.example,O=Müller AG,C=CH");
  EXPECT_EQ(certificate.issuer(), certificate.subject());
  EXPECT_EQ(certificate.common_name(), "sample.example");
  EXPECT_TRUE(certificate.is_self_issued());
  EXPECT_TRUE(certificate.is_self_signed());
  EXPECT_TRUE(certificate.is_ca());
  EXPECT_TRUE(certificate.allows_server_authentication());
  EXPECT_FALSE(certificate.allows_client_authentication());
  EXPECT_EQ(certificate.serial().size(), 40u);
  EXPECT_EQ(hex(certificate.sha256()).size(), 64u);
  EXPECT_EQ(hex(certificate.sha1()).size(), 40u);
}

TEST(Certificate, speaks_for_the_servers_of_its_alternative_names_only) {
  const CertificateNames names = sample().names();
  EXPECT_THAT(names.texts(),
              ElementsAre("sample.example", "*.sample.example", "192.0.2.7", "2001:db8::7"));
  EXPECT_TRUE(names.covers(name("sample.example")));
  EXPECT_TRUE(names.covers(name("A.SAMPLE.example.")));
  EXPECT_TRUE(names.covers(name("[2001:db8:0::7]")));
  EXPECT_FALSE(names.covers(name("a.b.sample.example")));
  EXPECT_FALSE(names.covers(name("192.0.2.8")));
  EXPECT_FALSE(names.covers(name("example")));
}

TEST(Certificate, is_valid_between_its_two_times) {
  const Certificate certificate = sample();
  using std::chrono::seconds;
  EXPECT_TRUE(certificate.valid_at(certificate.not_before()));
  EXPECT_TRUE(certificate.valid_at(certificate.not_after()));
  EXPECT_FALSE(certificate.valid_at(certificate.not_before() - seconds(1)));
  EXPECT_FALSE(certificate.valid_at(certificate.not_after() + seconds(1)));
}

TEST(Certificate, knows_its_key) {
  EXPECT_TRUE(sample().matches(PrivateKey::from_pem(samples::kEcForm).value()));
  EXPECT_FALSE(sample().matches(PrivateKey::from_pem(samples::kRsaForm).value()));
  EXPECT_FALSE(sample().matches(PrivateKey::generate(KeyType::p256).value()));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(Certificate, copies_share_the_bytes) {
  const Certificate certificate = sample();
  const Certificate copy = certificate;  // NOLINT(performance-*): the copy is what is tested
  EXPECT_EQ(copy.buffer(), certificate.buffer());
  EXPECT_EQ(copy, certificate);
  EXPECT_EQ(copy.to_pem(), samples::kCertificate);
}

TEST(Certificate, takes_nothing_but_one_whole_certificate) {
  const Certificate certificate = sample();
  Bytes der(certificate.der().begin(), certificate.der().end());
  EXPECT_TRUE(Certificate::from_der(der));
  der.push_back(0);
  EXPECT_FALSE(Certificate::from_der(der));
  EXPECT_FALSE(Certificate::from_der({}));
  EXPECT_FALSE(Certificate::from_der(Bytes(70'000, 0x30)));
  EXPECT_FALSE(Certificate::from_pem(std::string(samples::kCertificate) +
                                     std::string(samples::kCertificate)));
  EXPECT_EQ(Certificate::from_pem(samples::kEcForm).error().what,
            "there is no certificate in the text");
}

TEST(Certificate, cut_anywhere_is_refused_and_leaves_no_error_behind_for_others) {
  const Certificate certificate = sample();
  for (std::size_t size = 0; size < certificate.der().size(); ++size) {
    EXPECT_FALSE(Certificate::from_der(certificate.der().first(size)));
    ASSERT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(Certificates, are_read_in_the_order_of_the_text_past_keys) {
  const std::string text = std::string(samples::kEcForm) + std::string(samples::kCertificate) +
                           std::string(samples::kEncryptedPkcs8) +
                           std::string(samples::kCertificate);
  EXPECT_EQ(parse_pem_certificates(text).value().size(), 2u);
  EXPECT_FALSE(parse_pem_certificates(write_pem("CERTIFICATE", as_bytes("nothing"))));
}

// By `openssl req -x509` with a key of `openssl genpkey -algorithm RSA-PSS`.
constexpr std::string_view kRsaPss = R"(-----BEGIN CERTIFICATE-----
MIIDdTCCAiigAwIBAgIURFCfLSCt4xjdwtUc/SIZaYXaDzYwQgYJKoZIhvcNAQEK
MDWgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEF
AKIEAgIA3jAWMRQwEgYDVQQDDAtwc3MuZXhhbXBsZTAeFw0yNjExMjIwNDMxNTZa
Fw0zNjExMTkwNDMxNTZaMBYxFDASBgNVBAMMC3Bzcy5leGFtcGxlMIIBIDALBgkq
hkiG9w0BAQoDggEPADCCAQoCggEBAL3VRb7hu8zk0AdYw4gtcloV+gzD1KZfvJMz
vgdwX0/POiRvV4gTdVpp/eZEVNEf97l43Ey0I1B8xj0ctQ+by2bR0ondDH3kVIkq
GV05ppvzdGQVclRabUKyqVhXDClt0oSZODc0H5B4mN30c28lOdQqbnRQrXMl27dE
3X7A7qqt/job949lfa32bfwwgi6TNIg9umzvr8yIDfehlw99L8U7pkpHm77usazo
mDMFEjGq2sPHvDG+xXubZ9TPcXe8+3of+lg8KUcL2PmI4n9+NT9i4/GFZy9wh1R7
Ozljfm6Pxim6pXnN3z2RvBK6fuPjsfUv2mB1qUqpziijUrN3j7UCAwEAAaNTMFEw
HQYDVR0OBBYEFNUYD6QfpSeQPgHmHfhkUbZrETG7MB8GA1UdIwQYMBaAFNUYD6Qf
pSeQPgHmHfhkUbZrETG7MA8GA1UdEwEB/wQFMAMBAf8wQgYJKoZIhvcNAQEKMDWg
DzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIE
AgIA3gOCAQEAkYT5xduyJQ0ICkW2dNmuH+H9/xNUeorZHSSxtKKQ05xAWQpJQ/gK
pkHOnc2fltbK4+kqb8LgDthYAUbV8U+nP3uCeR8Fr2LO40fyilZaY+T+xVpRcywQ
hIShMdtWb0Bp572duNaYwgcuckaIVLJ2SX59rdNYATgwj2BZw1HPiJuIQnOPK2jQ
HBHkL0aySIBDH4FpJiWBq2EhhphboXlupybd/16rsecT3JqSVdCSjmyXBU35sLyc
RXi2n2XozsoPX4UJ9ah+pj7uKdL8mk9jC8hzrSUqQ4x2Xnb3yZhUvRCXhk3lzjpc
4cg5Juri3GuduoGeozDkd3rd4x+8Wavteg==
-----END CERTIFICATE-----
)";

TEST(Certificate, one_with_a_key_that_the_library_cannot_write_answers_all_the_same) {
  const auto certificate = Certificate::from_pem(kRsaPss).value();
  EXPECT_NE(certificate.spki_sha256(), Sha256{});
  EXPECT_EQ(certificate.spki_sha256(), Certificate::from_pem(kRsaPss)->spki_sha256());
  EXPECT_FALSE(certificate.matches(PrivateKey::generate(KeyType::rsa2048).value()));
}

}  // namespace
}  // namespace gatehouse::crypto
