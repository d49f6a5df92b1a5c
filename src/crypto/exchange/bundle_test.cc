#include "crypto/exchange/bundle.h"

#include <gmock/gmock.h>

#include "crypto/exchange/testing/sample_files.h"
#include "crypto/testing/samples.h"

namespace gatehouse::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::read_sample;
using testing::read_sample_without_passphrase;
using testing::sample_file;
using ::testing::UnorderedElementsAre;
using Kind = ReadFailure::Kind;

std::vector<std::string> common_names(const Bundle& bundle) {
  std::vector<std::string> names;
  for (const BundleCertificate& one : bundle.certificates) {
    names.push_back(one.certificate.common_name());
  }
  return names;
}

// What most samples hold: a pair, and the chain above it.
void expect_identity(const Read<Bundle>& bundle) {
  ASSERT_TRUE(bundle) << bundle.error().error.what;
  EXPECT_THAT(common_names(*bundle), UnorderedElementsAre("leaf.test", "intermediate", "root"));
  ASSERT_EQ(bundle->keys.size(), 1u);
  const bool paired = std::ranges::any_of(bundle->certificates, [&](const BundleCertificate& one) {
    return one.certificate.matches(bundle->keys.front().key);
  });
  EXPECT_TRUE(paired);
}

void expect_failure(const Read<Bundle>& bundle, Kind kind, std::string_view sentence) {
  ASSERT_FALSE(bundle);
  EXPECT_EQ(bundle.error().kind, kind);
  EXPECT_THAT(bundle.error().error.what, HasSubstr(std::string(sentence)));
  EXPECT_EQ(bundle.error().error.fault, Fault::operator_input);
}

// ---- PKCS#12 of each program ------------------------------------------------------------------

class WholeIdentity : public ::testing::TestWithParam<std::string_view> {};

TEST_P(WholeIdentity, opens_with_its_passphrase_and_holds_key_and_chain_F2_I12) {
  const auto bundle = read_sample(fmt::format("pkcs12_fuzz/{}.p12", GetParam()));
  expect_identity(bundle);
  ASSERT_TRUE(bundle);
  EXPECT_EQ(bundle->format, BundleFormat::pkcs12);
  EXPECT_THAT(bundle->warnings, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(OpenSsl, WholeIdentity,
                         ::testing::Values("openssl", "openssl_no_name", "openssl_legacy",
                                           "openssl_3des", "openssl_rc2_128", "openssl_rc4_128",
                                           "openssl_aes128", "openssl_mac_sha384",
                                           "openssl_mac_sha512", "openssl_one_round"));
INSTANTIATE_TEST_SUITE_P(Java, WholeIdentity, ::testing::Values("keytool", "keytool_legacy"));
INSTANTIATE_TEST_SUITE_P(Nss, WholeIdentity,
                         ::testing::Values("nss_aes256", "nss_aes128", "nss_3des"));
INSTANTIATE_TEST_SUITE_P(Rewritten, WholeIdentity,
                         ::testing::Values("ber", "pbmac1_sha256", "pbmac1_sha512"));

class ProtectedIdentity : public ::testing::TestWithParam<std::string_view> {};

TEST_P(ProtectedIdentity, says_that_the_passphrase_is_wrong) {
  expect_failure(read_sample(fmt::format("pkcs12_fuzz/{}.p12", GetParam()), "Gatehouse"),
                 Kind::passphrase_wrong, "the passphrase does not open the PKCS#12 file");
}

TEST_P(ProtectedIdentity, says_that_the_passphrase_is_missing) {
  expect_failure(read_sample_without_passphrase(fmt::format("pkcs12_fuzz/{}.p12", GetParam())),
                 Kind::passphrase_missing, "the PKCS#12 file is protected by a passphrase");
}

TEST_P(ProtectedIdentity, cut_short_anywhere_is_an_error) {
  const auto whole = sample_file(fmt::format("pkcs12_fuzz/{}.p12", GetParam()));
  const auto passphrase = Passphrase::parse(testing::kSamplePassphrase).value();
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    EXPECT_FALSE(read_bundle(as_bytes(whole).first(size), &passphrase)) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ProtectedIdentity,
                         ::testing::Values("openssl", "openssl_legacy", "openssl_mac_sha512",
                                           "openssl_one_round", "keytool", "keytool_legacy", "ber",
                                           "pbmac1_sha256", "pbmac1_sha512"));

TEST(Pkcs12, tells_the_friendly_name_and_what_belongs_together) {
  const auto bundle = read_sample("pkcs12_fuzz/openssl.p12").value();
  EXPECT_EQ(bundle.keys.front().label.friendly_name, "leaf of gatehouse");
  EXPECT_FALSE(bundle.keys.front().label.local_key_id.empty());
  const auto leaf = std::ranges::find_if(bundle.certificates, [](const BundleCertificate& one) {
    return !one.label.local_key_id.empty();
  });
  ASSERT_NE(leaf, bundle.certificates.end());
  EXPECT_EQ(leaf->certificate.common_name(), "leaf.test");
  EXPECT_EQ(leaf->label.friendly_name, "leaf of gatehouse");
  EXPECT_EQ(leaf->label.local_key_id, bundle.keys.front().label.local_key_id);
}

TEST(Pkcs12, needs_no_friendly_name) {
  const auto bundle = read_sample("pkcs12_fuzz/openssl_no_name.p12").value();
  EXPECT_EQ(bundle.keys.front().label.friendly_name, "");
}

TEST(Pkcs12, may_hold_several_keys) {
  const auto bundle = read_sample("pkcs12_fuzz/keytool_two_keys.p12").value();
  EXPECT_EQ(bundle.keys.size(), 2u);
  EXPECT_EQ(bundle.keys[0].label.friendly_name, "leaf");
  EXPECT_EQ(bundle.keys[1].label.friendly_name, "second");
}

TEST(Pkcs12, may_hold_trust_anchors_only) {
  const auto bundle = read_sample("pkcs12_fuzz/keytool_anchors.p12").value();
  EXPECT_THAT(common_names(bundle), ElementsAre("root"));
  EXPECT_THAT(bundle.keys, IsEmpty());
  EXPECT_EQ(bundle.certificates.front().label.friendly_name, "The Root");
}

TEST(Pkcs12, without_a_mac_is_read_with_a_warning) {
  const auto bundle = read_sample("pkcs12_fuzz/openssl_no_mac.p12");
  expect_identity(bundle);
  EXPECT_THAT(bundle->warnings, ElementsAre(HasSubstr("no MAC")));
}

TEST(Pkcs12, without_a_mac_still_tells_a_wrong_passphrase) {
  expect_failure(read_sample("pkcs12_fuzz/openssl_no_mac.p12", "wrong"), Kind::passphrase_wrong,
                 "the passphrase does not open");
}

TEST(Pkcs12, not_encrypted_but_with_a_mac_needs_its_passphrase) {
  expect_identity(read_sample("pkcs12_fuzz/openssl_plain.p12"));
  expect_failure(read_sample_without_passphrase("pkcs12_fuzz/openssl_plain.p12"),
                 Kind::passphrase_missing, "protected by a passphrase");
}

TEST(Pkcs12, not_protected_at_all_needs_no_passphrase) {
  const auto bundle = read_sample_without_passphrase("pkcs12_fuzz/openssl_plain_no_mac.p12");
  expect_identity(bundle);
  EXPECT_THAT(bundle->warnings, ElementsAre(HasSubstr("no MAC")));
}

TEST(Pkcs12, with_an_empty_passphrase_opens_without_one_and_warns) {
  for (const std::string_view file :
       {"pkcs12_fuzz/openssl_empty.p12", "pkcs12_fuzz/openssl_empty_legacy.p12"}) {
    const auto bundle = read_sample_without_passphrase(file);
    ASSERT_TRUE(bundle) << bundle.error().error.what;
    EXPECT_THAT(common_names(*bundle), ElementsAre("leaf.test"));
    EXPECT_THAT(bundle->warnings, ElementsAre(HasSubstr("empty passphrase")));
    EXPECT_TRUE(read_sample(file, ""));
    EXPECT_FALSE(read_sample(file, "x"));
  }
}

TEST(Pkcs12, opens_with_a_passphrase_of_any_alphabet) {
  for (const std::string_view file :
       {"pkcs12_fuzz/openssl_unicode.p12", "pkcs12_fuzz/openssl_unicode_legacy.p12",
        "pkcs12_fuzz/nss_unicode.p12"}) {
    const auto bundle = read_sample(file, testing::kUnicodePassphrase);
    EXPECT_TRUE(bundle) << file << ": " << bundle.error().error.what;
    EXPECT_FALSE(read_sample(file, "Grüsse 🔑"));
  }
  EXPECT_EQ(read_sample("pkcs12_fuzz/openssl_unicode.p12", testing::kUnicodePassphrase)
                ->keys.front()
                .label.friendly_name,
            "Grüße");
}

TEST(Pkcs12, certificates_alone_are_read) {
  const auto bundle = read_sample("pkcs12_fuzz/openssl_certificates.p12").value();
  EXPECT_EQ(bundle.certificates.size(), 3u);
  EXPECT_THAT(bundle.keys, IsEmpty());
}

TEST(Pkcs12, names_what_it_does_not_read) {
  expect_failure(read_sample("pkcs12_fuzz/openssl_camellia.p12"), Kind::unsupported,
                 "Camellia-256-CBC");
  expect_failure(read_sample("pkcs12_fuzz/openssl_rc4_40.p12"), Kind::unsupported, "40-bit RC4");
  expect_failure(read_sample("pkcs12_fuzz/openssl_mac_md5.p12"), Kind::unsupported, "MD5");
}

TEST(Pkcs12, that_would_take_a_quarter_of_an_hour_is_refused_at_once) {
  expect_failure(read_sample("pkcs12_fuzz/endless_mac.p12"), Kind::too_large, "too much work");
}

TEST(Pkcs12, changed_anywhere_is_noticed) {
  const auto passphrase = Passphrase::parse(testing::kSamplePassphrase).value();
  auto file = sample_file("pkcs12_fuzz/openssl.p12");
  for (std::size_t at = 0; at < file.size(); at += 31) {
    file[at] = static_cast<char>(file[at] ^ 0x10);
    const auto bundle = read_bundle(as_bytes(file), &passphrase);
    // The digest's parameters, friendly names within the MAC and so on: everything is covered.
    EXPECT_FALSE(bundle) << at;
    file[at] = static_cast<char>(file[at] ^ 0x10);
  }
}

TEST(Pkcs12, keeps_to_its_limits) {
  const auto passphrase = Passphrase::parse(testing::kSamplePassphrase).value();
  const auto file = sample_file("pkcs12_fuzz/openssl.p12");
  EXPECT_TRUE(read_bundle(as_bytes(file), &passphrase, {.bytes = file.size()}));
  expect_failure(read_bundle(as_bytes(file), &passphrase, {.bytes = file.size() - 1}),
                 Kind::too_large, "bytes");
  EXPECT_TRUE(read_bundle(as_bytes(file), &passphrase, {.parts = 4}));
  expect_failure(read_bundle(as_bytes(file), &passphrase, {.parts = 3}), Kind::too_large,
                 "more than 3 entries");
  expect_failure(read_bundle(as_bytes(file), &passphrase, {.rounds = 2047}), Kind::too_large,
                 "too much work");
}

// ---- PKCS#7 -----------------------------------------------------------------------------------

TEST(Pkcs7, gives_its_certificates_whatever_it_looks_like) {
  for (const std::string_view file : {"pkcs7_fuzz/chain.p7b", "pkcs7_fuzz/chain_pem.p7b",
                                      "pkcs7_fuzz/signed.p7s", "pkcs7_fuzz/streamed_ber.p7s"}) {
    const auto bundle = read_sample_without_passphrase(file);
    ASSERT_TRUE(bundle) << file << ": " << bundle.error().error.what;
    EXPECT_THAT(common_names(*bundle), UnorderedElementsAre("leaf.test", "intermediate", "root"))
        << file;
    EXPECT_THAT(bundle->keys, IsEmpty());
  }
}

TEST(Pkcs7, that_is_encrypted_is_refused_by_name) {
  expect_failure(read_sample("pkcs7_fuzz/enveloped.p7m"), Kind::unsupported, "SignedData");
}

// ---- PEM --------------------------------------------------------------------------------------

TEST(PemBundle, is_read_in_any_order_with_text_between_in_any_encoding) {
  for (const std::string_view file : {"bundle_fuzz/whole.pem", "bundle_fuzz/utf16.pem"}) {
    expect_identity(read_sample_without_passphrase(file));
  }
  const auto mixed = read_sample_without_passphrase("bundle_fuzz/mixed.pem").value();
  EXPECT_THAT(common_names(mixed), ElementsAre("root", "intermediate", "leaf.test", "leaf.test"));
  EXPECT_EQ(mixed.keys.size(), 1u);
  EXPECT_THAT(mixed.warnings, IsEmpty());
}

TEST(PemBundle, may_hold_several_keys) {
  const auto bundle = read_sample_without_passphrase("bundle_fuzz/two_keys.pem").value();
  EXPECT_EQ(bundle.keys.size(), 2u);
  EXPECT_EQ(bundle.certificates.size(), 4u);
}

TEST(PemBundle, takes_the_alias_of_a_trusted_certificate) {
  const auto bundle = read_sample_without_passphrase("bundle_fuzz/trusted.pem").value();
  EXPECT_THAT(common_names(bundle), ElementsAre("root"));
  EXPECT_EQ(bundle.certificates.front().label.friendly_name, "The Root");
}

TEST(PemBundle, warns_of_what_it_passes_over) {
  const std::string text =
      sample_file("bundle_fuzz/whole.pem") + sample_file("bundle_fuzz/request.pem");
  const auto bundle = read_bundle(as_bytes(text), nullptr).value();
  EXPECT_THAT(bundle.warnings, ElementsAre(HasSubstr("CERTIFICATE REQUEST")));
}

TEST(PemBundle, without_key_and_certificate_says_what_was_there_instead) {
  expect_failure(read_sample_without_passphrase("bundle_fuzz/request.pem"), Kind::nothing_inside,
                 "CERTIFICATE REQUEST");
}

TEST(PemBundle, names_the_damaged_line) {
  std::string text = sample_file("bundle_fuzz/whole.pem");
  text[text.find("MII") + 1] = '!';
  expect_failure(read_bundle(as_bytes(text), nullptr), Kind::damaged, "is not base64");
}

// ---- keys -------------------------------------------------------------------------------------

class AnyKey : public ::testing::TestWithParam<std::string_view> {};

TEST_P(AnyKey, is_the_same_key_in_every_form) {
  const auto bundle = read_sample(fmt::format("bundle_fuzz/{}", GetParam()));
  ASSERT_TRUE(bundle) << bundle.error().error.what;
  ASSERT_EQ(bundle->keys.size(), 1u);
  const auto whole = read_sample_without_passphrase("bundle_fuzz/whole.pem").value();
  EXPECT_EQ(bundle->keys.front().key.spki_sha256(), whole.keys.front().key.spki_sha256());
}

INSTANTIATE_TEST_SUITE_P(Plain, AnyKey,
                         ::testing::Values("key_pkcs8.pem", "key_pkcs8.der", "key_sec1.der",
                                           "key_sec1.ber"));
INSTANTIATE_TEST_SUITE_P(Encrypted, AnyKey,
                         ::testing::Values("key_sec1_aes256.pem", "key_sec1_3des.pem",
                                           "key_encrypted.pem", "key_encrypted.der",
                                           "key_encrypted.ber", "key_encrypted_3des.pem",
                                           "key_encrypted_pbes1.pem",
                                           "key_encrypted_pbe_3des.pem"));

class EncryptedKey : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EncryptedKey, tells_a_wrong_passphrase_from_a_missing_one) {
  const std::string file = fmt::format("bundle_fuzz/{}", GetParam());
  expect_failure(read_sample(file, "wrong"), Kind::passphrase_wrong,
                 "the passphrase does not open the private key");
  expect_failure(read_sample_without_passphrase(file), Kind::passphrase_missing,
                 "the private key is protected by a passphrase");
}

INSTANTIATE_TEST_SUITE_P(All, EncryptedKey,
                         ::testing::Values("key_sec1_aes256.pem", "key_sec1_3des.pem",
                                           "key_rsa_aes128.pem", "key_encrypted.pem",
                                           "key_encrypted.der", "key_encrypted_3des.pem",
                                           "key_encrypted_pbes1.pem",
                                           "key_encrypted_pbe_3des.pem"));

TEST(Keys, of_rsa_and_ed25519_are_read) {
  const auto rsa = read_sample_without_passphrase("bundle_fuzz/key_rsa.der").value();
  EXPECT_EQ(rsa.keys.front().key.text(), "RSA 2048");
  EXPECT_EQ(rsa.format, BundleFormat::key);
  EXPECT_EQ(read_sample("bundle_fuzz/key_rsa_aes128.pem")->keys.front().key.spki_sha256(),
            rsa.keys.front().key.spki_sha256());
  EXPECT_EQ(read_sample("bundle_fuzz/key_ed25519.pem")->keys.front().key.text(), "Ed25519");
}

TEST(Keys, that_are_too_weak_are_told_apart_from_damaged_ones) {
  const auto weak = read_sample("bundle_fuzz/key_rsa_1024.pem").value();
  ASSERT_EQ(weak.unusable_keys.size(), 1u);
  EXPECT_THAT(weak.unusable_keys.front().reason, HasSubstr("1024 bits"));
  const auto odd = read_sample("bundle_fuzz/key_secp256k1.pem").value();
  ASSERT_EQ(odd.unusable_keys.size(), 1u);
  EXPECT_THAT(odd.unusable_keys.front().reason, HasSubstr("curve"));
}

TEST(Keys, encrypted_in_ways_that_are_not_read_are_refused_by_name) {
  expect_failure(read_sample("bundle_fuzz/key_encrypted_scrypt.pem"), Kind::unsupported, "scrypt");
  expect_failure(read_sample("bundle_fuzz/key_sec1_camellia.pem"), Kind::unsupported,
                 "CAMELLIA-256-CBC");
}

TEST(Keys, of_open_length_without_what_belongs_inside_are_damaged) {
  expect_failure(read_sample("bundle_fuzz/key_of_nothing.ber"), Kind::damaged, "damaged");
}

// ---- finding out what it is -------------------------------------------------------------------

TEST(AnyFile, of_der_is_told_by_its_structure) {
  const auto certificate = read_sample_without_passphrase("bundle_fuzz/certificate.der").value();
  EXPECT_EQ(certificate.format, BundleFormat::certificate);
  EXPECT_THAT(common_names(certificate), ElementsAre("leaf.test"));
  EXPECT_EQ(read_sample_without_passphrase("pkcs7_fuzz/chain.p7b")->format, BundleFormat::pkcs7);
  EXPECT_EQ(read_sample_without_passphrase("bundle_fuzz/key_sec1.der")->format, BundleFormat::key);
}

TEST(AnyFile, may_be_base64_without_the_lines_of_pem) {
  expect_identity(read_sample("bundle_fuzz/base64_of_p12.txt"));
}

TEST(AnyFile, that_is_the_wrong_one_is_named) {
  expect_failure(read_sample_without_passphrase("bundle_fuzz/request.der"), Kind::unsupported,
                 "certificate request");
  expect_failure(read_sample_without_passphrase("bundle_fuzz/revocation_list.der"),
                 Kind::unsupported, "revocation list");
  expect_failure(read_bundle(as_bytes("\xfe\xed\xfe\xed\x00\x00"), nullptr), Kind::unsupported,
                 "keytool -importkeystore");
  expect_failure(read_bundle(as_bytes("PuTTY-User-Key-File-3: ssh-rsa"), nullptr),
                 Kind::unsupported, "PuTTY");
}

TEST(AnyFile, of_nonsense_is_an_error_with_a_remedy) {
  expect_failure(read_bundle({}, nullptr), Kind::nothing_inside, "empty");
  expect_failure(read_bundle(as_bytes("hello"), nullptr), Kind::unsupported, "give a file that");
  expect_failure(read_bundle(as_bytes("0hello"), nullptr), Kind::damaged, "damaged");
  expect_failure(read_bundle(as_bytes("\xff\xfe"), nullptr), Kind::unsupported, "give a file that");
}

TEST(Failures, never_hold_the_passphrase) {
  for (const std::string_view file :
       {"pkcs12_fuzz/openssl.p12", "pkcs12_fuzz/openssl_no_mac.p12",
        "bundle_fuzz/key_encrypted.pem", "bundle_fuzz/key_sec1_aes256.pem"}) {
    const auto bundle = read_sample(file, "hunter2-hunter2");
    ASSERT_FALSE(bundle);
    EXPECT_THAT(bundle.error().error.what, ::testing::Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace gatehouse::crypto
