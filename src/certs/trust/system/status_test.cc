#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/trust/system/system_store.h"
#include "certs/trust/system/testing/trust_fixture.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using Answer = TrustStatus::Answer;
using gatehouse::testing::put;
using testing::TrustTest;

class Status : public TrustTest {
 protected:
  std::vector<TrustStatus> status() { return trust_status(anchor_, places_, runner_); }
};

TEST_F(Status, says_of_every_store_whether_it_has_the_anchor) {
  put(root_ / "etc/ssl/certs/ca-certificates.crt", "");
  fs::create_directories(root_ / "usr/local/share/ca-certificates");
  fs::create_directories(root_ / "usr/lib/firefox");
  put(root_ / "opt/jdk/lib/security/cacerts", "");
  put(home_ / ".pki/nssdb/cert9.db", "");
  runner_.installed.push_back("keytool");
  EXPECT_EQ(status().size(), 4u);
  EXPECT_THAT(status(), Each(Field(&TrustStatus::answer, Answer::not_trusted)));
  install();
  put(root_ / "etc/ssl/certs/ca-certificates.crt", "# others\n" + anchor_.to_pem());
  EXPECT_THAT(status(), Each(Field(&TrustStatus::answer, Answer::trusted)));
  uninstall();
  put(root_ / "etc/ssl/certs/ca-certificates.crt", "# others\n");
  EXPECT_THAT(status(), Each(Field(&TrustStatus::answer, Answer::not_trusted)));
}

TEST_F(Status, tells_a_bundle_that_was_not_made_anew) {
  fs::create_directories(root_ / "etc/pki/trust/anchors");
  install();
  const auto answer = status_of_system_store(anchor_, root_.path());
  EXPECT_EQ(answer.answer, Answer::not_trusted);
  EXPECT_THAT(answer.what, HasSubstr("was not made anew"));
  put(root_ / "var/lib/ca-certificates/ca-bundle.pem", anchor_.to_pem());
  EXPECT_EQ(status_of_system_store(anchor_, root_.path()).answer, Answer::trusted);
}

TEST_F(Status, changes_nothing) {
  fs::create_directories(root_ / "usr/local/share/ca-certificates");
  fs::create_directories(root_ / "etc/firefox");
  runner_.installed.push_back("chromium");
  status();
  EXPECT_EQ(files_below(root_.path()).size(), 0u);
  EXPECT_EQ(files_below(home_.path()).size(), 0u);
}

TEST_F(Status, of_a_machine_without_a_known_store_is_unknown) {
  EXPECT_EQ(status_of_system_store(anchor_, root_.path()).answer, Answer::unknown);
}

}  // namespace
}  // namespace gatehouse::certs
