#include "crypto/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/pem.h"
#include "crypto/testing/chains.h"

namespace gatehouse::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Made by `openssl req -new -newkey ec ... -addext subjectAltName=... -addext
// extendedKeyUsage=serverAuth,clientAuth`.
constexpr std::string_view kByOpenssl = R"(-----BEGIN CERTIFICATE REQUEST-----
MIIBSDCB8AIBADA8MQswCQYDVQQGEwJDSDETMBEGA1UECgwKTcO8bGxlciBBRzEY
MBYGA1UEAwwPd3d3LmV4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAEYrNP8ayJoitjkfgLkV5vPwdd4dINERUf2gJP8+9Fq3MfHhn+u4FpNaKIVclk
JrZl9mltkoGMkbSDdkE4dkezEqBSMFAGCSqGSIb3DQEJDjFDMEEwIAYDVR0RBBkw
F4IPd3d3LmV4YW1wbGUub3JnhwTAAAIHMB0GA1UdJQQWMBQGCCsGAQUFBwMBBggr
BgEFBQcDAjAKBggqhkjOPQQDAgNHADBEAiBx9Kmr7YhkYrW/vrbmaVoue73iO4Vd
eCpSB2ixmvddGAIgToCrFXdb2BzxduTezSWfBJdc9Zah8pe6vK1ahhK/i44=
-----END CERTIFICATE REQUEST-----
)";
// With a challenge password, as Windows and old Java write, and no extension.
constexpr std::string_view kPlain = R"(-----BEGIN CERTIFICATE REQUEST-----
MIICcjCCAVoCAQAwFjEUMBIGA1UEAwwLb2xkLmV4YW1wbGUwggEiMA0GCSqGSIb3
DQEBAQUAA4IBDwAwggEKAoIBAQDJi+Qjo5cNp6IbPqCmvHHdv1SR2MeY7b9KA3aK
oVeLyM+fL9GvwCiaQr0LThFZqaXGVFPvMQmEVFnxhcrRazX/vcBJNRI8rj/lRsyU
MYKhqMthEElMnhbl8MnFCT3Qx0XRutUcZWwLfg7m7n6wvNuLAC5yBy6H2tHH3zfu
pTEAI8PxPE3fK9e+b1c+poMIm8/Imc7gc1rq2ShjIpHMXRalGulIfe8XhwGEx6gG
z5YaPGzHdozTLVt3hcKhKeEL4PSQCR9B8GsDBjnBo64apDKUJMwykVZpRZPvKSm4
KlsWfe+cuOTXj0QF46Jp9tBhYSx9zx5CHZE+NP0NuPkc9KVpAgMBAAGgFzAVBgkq
hkiG9w0BCQcxCAwGYWJjZGVmMA0GCSqGSIb3DQEBCwUAA4IBAQC58L1DILmpCb7e
PQxQW2+tjplzHk708zMqEvBWBH3VgYeBT+iGh7mm152Kc4QslG9i5npcxCKTQAP6
UaS3GQCk/I47GSMaC/gLIOYo1TPKRW7LihqKXMMz2Oc+BX6cUQ8tnw7PBesSdCGw
M/vqMvTDO3Tp1Pc4WNmPyDDFfYmUvHjhbCN5Yh89+0Uuo614y/7/nsx9kkfQ01mI
ChJC86di110BbhjANLIleGWi8eDLoHjW7u8K2lqe5OA/A92r6E3Bpn+PqUuhG+mL
ntVw82cbc5ekOwkPq2PDorRq5NAqUJzUEUn7RmWftHvBn0J64FYCTu4XipSQH2sh
wCXYXbfi
-----END CERTIFICATE REQUEST-----
)";
// Of a CA: basicConstraints CA:TRUE.
constexpr std::string_view kOfCa = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHvMIGWAgEAMBIxEDAOBgNVBAMMB1NvbWUgQ0EwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASalaFpXIbkec6NcN8gIEYACD1qRjt05kSCJlYOgHc0QrxmX1YubkPS
xxaLEGyYGyUA/GEOPYvTOLWlP2pBhakFoCIwIAYJKoZIhvcNAQkOMRMwETAPBgNV
HRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIBISVtIBavRudtK0taz8V6yQ
6CZ1k12wGs+J+yv2dz3GAiEAqnxdSba3N8uUW1W10J3LGhGx42TfZaSFMepeNpnX
pY4=
-----END CERTIFICATE REQUEST-----
)";
// RSA of 1024 bits.
constexpr std::string_view kWeak = R"(-----BEGIN CERTIFICATE REQUEST-----
MIIBVjCBwAIBADAXMRUwEwYDVQQDDAx3ZWFrLmV4YW1wbGUwgZ8wDQYJKoZIhvcN
AQEBBQADgY0AMIGJAoGBALosDDvpBYCdQ0yL/UPP5kLo3/2nj+DuWR2ySj+B4+fq
oXKeW5UVzDqOSGquvEvVSD3JwsueYE+zWhJmrpUc8yU3wKmgYsFxNBltQMd6wPuB
copxjrM+4XN1uUAOPDlDFdti9ZPAPhsnr05MiMQ4BRL9ZpYlHRdmpptumBEQcsPP
AgMBAAGgADANBgkqhkiG9w0BAQsFAAOBgQB/AdKo4rery4iFWT6lXdovN+wzZpDW
wEyZnF8l/6H/QX4pWiY/xsd3Wd9q2/Wc7ghgge8x064AoHAOE/BCtyAuW1spG57y
sjKH9cDZ8BZ1+UjplPAuomGlz4fmNBvS2FAGMJkCUxDrUkQvZi1PDPty9QAyqzjP
/GXBVWnrxFEINw==
-----END CERTIFICATE REQUEST-----
)";

// With names and rights of every kind: an e-mail address and a URI, to be a CA, to sign code, an
// extension of its own.
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
// Ed25519 and no subject: as short as a request can be.
constexpr std::string_view kShort = R"(-----BEGIN CERTIFICATE REQUEST-----
MH8wMwIBADAAMCowBQYDK2VwAyEArQIhirc7jSKLL1vHOPXCifAaB/RHp9H8ALfv
vs6PqfqgADAFBgMrZXADQQANE6POGm0/TTJ/S0a8pm1Ya6Mo1KPz6LyaHyb777k+
DqlJ9UTBLuVn6vOgnjDgV4d609VptHiEWwL9/B1VtgQK
-----END CERTIFICATE REQUEST-----
)";

// With an RSA-PSS key, which the library reads and cannot write.
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
  const auto request = CertificateRequest::from_pem(kByOpenssl).value();
  EXPECT_EQ(request.subject(), "CN=www.example.org,O=Müller AG,C=CH");
  EXPECT_THAT(request.names().texts(), ElementsAre("www.example.org", "192.0.2.7"));
  EXPECT_TRUE(request.wants_server());
  EXPECT_TRUE(request.wants_client());
}

TEST(CertificateRequest, reads_one_without_extensions_and_with_a_challenge_password) {
  const auto request = CertificateRequest::from_pem(kPlain).value();
  EXPECT_EQ(request.common_name(), "old.example");
  EXPECT_THAT(request.names().texts(), IsEmpty());
}

TEST(CertificateRequest, tells_that_a_ca_is_wanted) {
  EXPECT_TRUE(CertificateRequest::from_pem(kOfCa).value().wants_ca());
}

TEST(CertificateRequest, a_weak_key_is_refused_with_a_remedy) {
  const auto refused = CertificateRequest::from_pem(kWeak);
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
  const auto refused = CertificateRequest::from_pem(kPss);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("(RSA 2048) is of a kind that no client takes"));
}

TEST(CertificateRequest, says_what_else_it_asks_for) {
  const auto odd = CertificateRequest::from_pem(kOdd).value();
  EXPECT_THAT(odd.names().texts(), ElementsAre("printer.plant4.local"));
  EXPECT_TRUE(odd.wants_ca());
  EXPECT_TRUE(odd.wants_server());
  EXPECT_TRUE(odd.wants_client());
  EXPECT_THAT(
      odd.other_wishes(),
      ElementsAre("2 names that are neither hosts nor addresses", "the purpose Code Signing",
                  "the key usage keyAgreement", "the key usage keyCertSign",
                  "the extension Netscape Comment", "the extension 1.3.6.1.4.1.55555.1"));
  EXPECT_THAT(CertificateRequest::from_pem(kByOpenssl)->other_wishes(), IsEmpty());
}

TEST(CertificateRequest, is_read_from_a_file_in_either_form) {
  for (const std::string_view pem : {kByOpenssl, kPlain, kOdd, kShort}) {
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
  const auto request = CertificateRequest::from_pem(kOdd).value();
  const auto made = issue(leaf, request, above, issuer).value();
  EXPECT_TRUE(made.is_issued_by(above));
  EXPECT_EQ(made.spki_sha256(), request.spki_sha256());
  EXPECT_FALSE(made.is_ca());
  EXPECT_FALSE(made.allows_client_authentication());
  EXPECT_THAT(made.names().texts(), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::crypto
