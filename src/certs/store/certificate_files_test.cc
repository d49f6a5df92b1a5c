#include "certs/store/certificate_files.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"
#include "crypto/testing/chains.h"
#include "crypto/testing/samples.h"

namespace gatehouse::certs {
namespace {

using crypto::testing::Ca;
using crypto::testing::kNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::put;
using ::testing::StartsWith;
using testing::TemporaryFolder;

class OwnFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    put(certificate_, served_.chain_pem());
    const Secret key = served_.key.to_pem();
    put(key_, as_text(key.view()));
    chmod(key_.c_str(), 0600);
  }

  Error error_of(const std::filesystem::path& certificate, const std::filesystem::path& key,
                 WallTime now = kNow) {
    const auto loaded = load_identity(certificate, key, now);
    EXPECT_FALSE(loaded);
    return loaded ? Error{} : loaded.error();
  }

  TemporaryFolder folder_;
  crypto::Identity served_ = Ca().serve({"a.example"});
  std::filesystem::path certificate_ = folder_ / "site.crt";
  std::filesystem::path key_ = folder_ / "site.key";
};

TEST_F(OwnFiles, that_are_a_healthy_pair_are_taken_without_a_word_M3_T6) {
  const auto loaded = load_identity(certificate_, key_, kNow);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->identity.chain, served_.chain);
  EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST_F(OwnFiles, may_be_one_file) {
  const Secret both = served_.to_pem();
  put(folder_ / "both.pem", as_text(both.view()));
  chmod((folder_ / "both.pem").c_str(), 0600);
  EXPECT_TRUE(load_identity(folder_ / "both.pem", folder_ / "both.pem", kNow));
}

TEST_F(OwnFiles, missing_are_not_found_M3) {
  const auto missing = error_of(folder_ / "none.crt", key_);
  EXPECT_EQ(missing.kind, ErrorKind::not_found);
  EXPECT_EQ(missing.what, "the certificate file " + (folder_ / "none.crt").string() +
                              " cannot be read (No such file or directory): check the path");
  EXPECT_EQ(error_of(certificate_, folder_ / "none.key").kind, ErrorKind::not_found);
  EXPECT_THAT(error_of(certificate_, folder_ / "none.key").what, StartsWith("the key file "));
}

TEST_F(OwnFiles, unreadable_are_not_permitted_M3) {
  chmod(folder_.path().c_str(), 0755);
  chmod(certificate_.c_str(), 0644);
  chmod(key_.c_str(), 0000);
  const int verdict = testing::in_unprivileged_child([&] {
    const auto loaded = load_identity(certificate_, key_, kNow);
    if (loaded) return 1;
    return loaded.error().kind == ErrorKind::not_permitted ? 0 : 2;
  });
  EXPECT_EQ(verdict, 0);
}

TEST_F(OwnFiles, that_are_folders_or_garbage_are_refused_M3) {
  EXPECT_THAT(error_of(folder_.path(), key_).what, HasSubstr("Is a directory"));
  put(folder_ / "garbage", "not a certificate");
  EXPECT_EQ(error_of(folder_ / "garbage", key_).kind, ErrorKind::invalid);
  EXPECT_THAT(error_of(folder_ / "garbage", key_).what, HasSubstr("there is no certificate"));
  EXPECT_THAT(error_of(certificate_, folder_ / "garbage").what,
              HasSubstr("there is no private key"));
}

TEST_F(OwnFiles, swapped_on_the_command_line_say_what_they_lack_T6) {
  EXPECT_THAT(error_of(key_, certificate_).what, HasSubstr("there is no certificate in the text"));
}

TEST_F(OwnFiles, that_are_no_pair_are_invalid_M3_T6) {
  put(key_, crypto::samples::kRsaForm);
  const auto error = error_of(certificate_, key_);
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_THAT(error.what, StartsWith(certificate_.string() + " and " + key_.string() + ": "));
  EXPECT_THAT(error.what, HasSubstr("not a pair"));
}

TEST_F(OwnFiles, with_an_encrypted_key_are_invalid_M3) {
  put(key_, crypto::samples::kEncryptedPkcs8);
  EXPECT_THAT(error_of(certificate_, key_).what, HasSubstr("encrypted with a passphrase"));
}

TEST_F(OwnFiles, expired_are_refused_before_use_T6) {
  const auto error = error_of(certificate_, key_, kNow + std::chrono::days(91));
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_THAT(error.what, HasSubstr("expired on 2026-12-20"));
  EXPECT_THAT(error.what, HasSubstr("renew it"));
}

TEST_F(OwnFiles, with_a_key_that_others_can_read_are_taken_with_a_warning_M7) {
  chmod(key_.c_str(), 0644);
  EXPECT_THAT(load_identity(certificate_, key_, kNow).value().warnings,
              ElementsAre(HasSubstr("chmod 600 " + key_.string())));
}

TEST_F(OwnFiles, never_show_the_key_in_an_error) {
  const Secret key = served_.key.to_pem();
  const std::string secret(as_text(key.view()).substr(60, 40));
  put(key_, std::string(as_text(key.view())).insert(100, "!"));
  EXPECT_THAT(error_of(certificate_, key_).what, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace gatehouse::certs
