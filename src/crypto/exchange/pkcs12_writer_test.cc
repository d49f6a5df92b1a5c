#include "crypto/exchange/pkcs12_writer.h"

#include <cstdio>

#include <gmock/gmock.h>

#include "base/testing/temporary_folder.h"
#include "crypto/exchange/bundle.h"
#include "crypto/exchange/key_writer.h"
#include "crypto/exchange/pairing.h"
#include "crypto/exchange/pem_writer.h"
#include "crypto/testing/chains.h"

namespace gatehouse::crypto {
namespace {

using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;
using testing::Ca;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kNow;
using ::testing::Not;

constexpr std::string_view kWords = "correct horse battery Stäple";

Passphrase passphrase() { return Passphrase::parse(kWords).value(); }

bool has_openssl() { return std::system("openssl version >/dev/null 2>&1") == 0; }

// What a command of a shell prints, on both channels.
std::string said(const std::string& command) {
  std::string text;
  std::FILE* out = ::popen((command + " 2>&1").c_str(), "r");
  if (out == nullptr) return text;
  char part[4096];
  while (const auto size = std::fread(part, 1, sizeof part, out)) text.append(part, size);
  ::pclose(out);
  return text;
}

class EachProfile : public ::testing::TestWithParam<std::string_view> {
 protected:
  Pkcs12Options options() const {
    return {.profile = profile_by_name(GetParam()).value(), .friendly_name = "Grüße von a.example"};
  }
  Secret file(const Identity& identity) const {
    return write_pkcs12(identity, options(), passphrase()).value();
  }
};

TEST_P(EachProfile, comes_back_whole_I12) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  auto wanted = options();
  wanted.root = ca.root;
  const auto written = write_pkcs12(identity, wanted, passphrase()).value();
  const auto words = passphrase();
  const auto pairing = pair(read_bundle(written.view(), &words).value(), kNow);
  ASSERT_EQ(pairing.identities.size(), 1u);
  const PairedIdentity& found = pairing.identities.front();
  EXPECT_EQ(found.identity.chain, identity.chain);
  EXPECT_EQ(found.identity.key.spki_sha256(), identity.key.spki_sha256());
  EXPECT_EQ(found.root, ca.root);
  EXPECT_EQ(found.friendly_name, "Grüße von a.example");
}

TEST_P(EachProfile, takes_rsa_keys_and_no_friendly_name) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"}, KeyType::rsa2048);
  auto wanted = options();
  wanted.friendly_name.clear();
  EXPECT_TRUE(write_pkcs12(identity, wanted, passphrase()));
}

TEST_P(EachProfile, does_not_open_with_another_passphrase) {
  const Ca ca;
  const auto written = file(ca.serve({"a.example"}));
  const auto other = Passphrase::parse("correct horse battery stäple").value();
  EXPECT_EQ(read_bundle(written.view(), &other).error().kind, ReadFailure::Kind::passphrase_wrong);
}

TEST_P(EachProfile, is_opened_by_openssl) {
  if (!has_openssl()) GTEST_SKIP() << "the command openssl is missing";
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  const TemporaryFolder folder;
  put(folder / "a.p12", as_text(file(identity).view()));
  put(folder / "words", kWords);
  const std::string command = fmt::format("openssl pkcs12 -in {} -passin file:{} -nodes",
                                          (folder / "a.p12").string(), (folder / "words").string());
  const std::string text = said(command);
  EXPECT_THAT(text, HasSubstr("friendlyName: Gr"));
  EXPECT_THAT(text, HasSubstr("localKeyID"));
  const auto bundle = read_bundle(as_bytes(text), nullptr);
  ASSERT_TRUE(bundle) << text;
  EXPECT_EQ(pair(*bundle, kNow).identities.at(0).identity.chain, identity.chain);
}

INSTANTIATE_TEST_SUITE_P(Pkcs12Writer, EachProfile, ::testing::ValuesIn(profile_names()),
                         [](const auto& one) {
                           std::string name(one.param);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

std::string openssl_information(Pkcs12Profile profile) {
  const Ca ca;
  const TemporaryFolder folder;
  const auto words = passphrase();
  const Secret file = write_pkcs12(ca.serve({"a.example"}), {.profile = profile}, words).value();
  put(folder / "a.p12", as_text(file.view()));
  put(folder / "words", kWords);
  return said(fmt::format("openssl pkcs12 -info -noout -in {} -passin file:{}",
                          (folder / "a.p12").string(), (folder / "words").string()));
}

TEST(Pkcs12Writer, writes_what_each_target_can_read) {
  if (!has_openssl()) GTEST_SKIP() << "the command openssl is missing";
  for (const auto modern : {Pkcs12Profile::windows, Pkcs12Profile::java, Pkcs12Profile::openssl}) {
    const std::string text = openssl_information(modern);
    EXPECT_THAT(text, HasSubstr("MAC: sha256, Iteration 100000"));
    EXPECT_THAT(text,
                HasSubstr("PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256"));
    EXPECT_THAT(text, Not(HasSubstr("SHA1")));
  }
  for (const auto old : {Pkcs12Profile::windows_2016, Pkcs12Profile::macos}) {
    const std::string text = openssl_information(old);
    EXPECT_THAT(text, HasSubstr("MAC: sha1, Iteration 2048"));
    EXPECT_THAT(text, HasSubstr("pbeWithSHA1And3-KeyTripleDES-CBC"));
    EXPECT_THAT(text, Not(HasSubstr("RC2")));
  }
}

TEST(Pkcs12Writer, refuses_what_would_not_be_of_use) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  const auto nothing = Passphrase::parse("").value();
  EXPECT_THAT(write_pkcs12(identity, {}, nothing).error().what, HasSubstr("needs a passphrase"));
  const auto words = passphrase();
  EXPECT_THAT(write_pkcs12(identity, {.friendly_name = "a\nb"}, words).error().what,
              HasSubstr("friendly name"));
  EXPECT_THAT(write_pkcs12(identity, {.friendly_name = std::string(257, 'x')}, words).error().what,
              HasSubstr("friendly name"));
  const Identity ed25519 = ca.serve({"a.example"}, KeyType::ed25519);
  EXPECT_THAT(write_pkcs12(ed25519, {.profile = Pkcs12Profile::macos}, words).error().what,
              HasSubstr("macos cannot use Ed25519"));
  EXPECT_TRUE(write_pkcs12(ed25519, {.profile = Pkcs12Profile::openssl}, words));
}

TEST(Pkcs12Writer, never_writes_the_same_file_twice) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  const auto words = passphrase();
  EXPECT_NE(as_text(write_pkcs12(identity, {}, words)->view()),
            as_text(write_pkcs12(identity, {}, words)->view()));
}

TEST(Pkcs12Profiles, have_the_names_that_people_write) {
  EXPECT_THAT(profile_names(), ElementsAre("windows-2016", "windows", "java", "openssl", "macos"));
  EXPECT_EQ(profile_by_name("windows-2016"), Pkcs12Profile::windows_2016);
  EXPECT_EQ(profile_by_name("macos"), Pkcs12Profile::macos);
  EXPECT_EQ(profile_by_name("Windows"), std::nullopt);
}

TEST(KeyWriter, encrypted_keys_come_back_here_and_in_openssl) {
  const auto words = passphrase();
  for (const KeyType type : {KeyType::p256, KeyType::rsa2048, KeyType::ed25519}) {
    const auto key = PrivateKey::generate(type).value();
    const Secret pem = encrypted_key_pem(key, words);
    EXPECT_TRUE(as_text(pem.view()).starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    EXPECT_EQ(read_bundle(pem.view(), &words)->keys.at(0).key.spki_sha256(), key.spki_sha256());
    EXPECT_EQ(read_bundle(pem.view(), nullptr).error().kind, ReadFailure::Kind::passphrase_missing);
    if (!has_openssl()) continue;
    const TemporaryFolder folder;
    put(folder / "key.pem", as_text(pem.view()));
    put(folder / "words", kWords);
    const std::string plain =
        said(fmt::format("openssl pkey -in {} -passin file:{}", (folder / "key.pem").string(),
                         (folder / "words").string()));
    EXPECT_EQ(PrivateKey::from_pem(plain)->spki_sha256(), key.spki_sha256());
  }
}

TEST(PemWriter, gives_the_issuers_without_the_leaf) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  EXPECT_EQ(issuers_pem(identity, std::nullopt), ca.intermediate.to_pem());
  EXPECT_EQ(issuers_pem(identity, ca.root), ca.intermediate.to_pem() + ca.root.to_pem());
  EXPECT_EQ(issuers_pem(Identity{{ca.root}, ca.root_key}, std::nullopt), "");
}

TEST(PublicTexts, hold_no_key_I15) {
  const Ca ca;
  const Identity identity = ca.serve({"a.example"});
  for (const std::string& text :
       {identity.leaf().to_pem(), identity.chain_pem(), issuers_pem(identity, ca.root)}) {
    EXPECT_TRUE(read_bundle(as_bytes(text), nullptr)->keys.empty());
    EXPECT_THAT(text, Not(HasSubstr("PRIVATE")));
  }
}

}  // namespace
}  // namespace gatehouse::crypto
