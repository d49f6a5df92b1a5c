#include "certs/trust/system/java_store.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "certs/trust/system/testing/trust_fixture.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using Outcome = TrustStep::Outcome;
using gatehouse::testing::put;
using testing::outcome_is;

class JavaStoreTest : public testing::TrustTest {
 protected:
  void SetUp() override {
    TrustTest::SetUp();
    runner_.installed.push_back("keytool");
  }
  fs::path java(const char* folder, const char* place = "lib/security/cacerts") {
    const fs::path file = root_.path() / folder / place;
    put(file, "");
    return file;
  }
  std::vector<JavaStore> found() { return find_java_stores(places_, runner_); }
};

TEST_F(JavaStoreTest, finds_every_java_once) {
  java("usr/lib/jvm/temurin-21");
  java("usr/lib/jvm/java-8", "jre/lib/security/cacerts");
  java("opt/jdk-25");
  fs::create_directory_symlink(root_ / "opt/jdk-25", root_ / "usr/lib/jvm/default");
  put(home_ / ".jdks/corretto/lib/security/cacerts", "");
  places_.home.clear();
  EXPECT_EQ(found().size(), 3u);
}

TEST_F(JavaStoreTest, leaves_out_what_the_distribution_makes_of_the_system_store) {
  java("etc/ssl/certs/java", "cacerts");
  put(root_ / "etc/ca-certificates/update.d/jks-keystore", "");
  fs::create_directories(root_ / "usr/lib/jvm/java-17/lib/security");
  fs::create_symlink(root_ / "etc/ssl/certs/java/cacerts",
                     root_ / "usr/lib/jvm/java-17/lib/security/cacerts");
  EXPECT_EQ(found().size(), 0u);
  fs::remove(root_ / "etc/ca-certificates/update.d/jks-keystore");
  EXPECT_EQ(found().size(), 1u);
}

TEST_F(JavaStoreTest, leaves_out_what_a_link_names_outside_of_the_root) {
  const gatehouse::testing::TemporaryFolder elsewhere;
  put(elsewhere / "cacerts", "");
  fs::create_directories(root_ / "opt/jdk/lib/security");
  fs::create_symlink(elsewhere / "cacerts", root_ / "opt/jdk/lib/security/cacerts");
  EXPECT_EQ(found().size(), 0u);
}

TEST_F(JavaStoreTest, gets_the_anchor_and_loses_it) {
  java("opt/jdk-25");
  const JavaStore store = found().front();
  EXPECT_EQ(status_of_java(anchor_, store, runner_).answer, TrustStatus::Answer::not_trusted);
  EXPECT_THAT(install_in_java(anchor_, store, runner_), outcome_is(Outcome::done));
  EXPECT_THAT(runner_.inputs, Contains(anchor_.to_pem()));
  EXPECT_THAT(runner_.inputs, Not(Contains(HasSubstr("PRIVATE"))));
  EXPECT_THAT(install_in_java(anchor_, store, runner_), outcome_is(Outcome::already));
  EXPECT_EQ(status_of_java(anchor_, store, runner_).answer, TrustStatus::Answer::trusted);
  EXPECT_THAT(uninstall_from_java(anchor_, store, runner_), outcome_is(Outcome::done));
  EXPECT_THAT(uninstall_from_java(anchor_, store, runner_), outcome_is(Outcome::already));
}

TEST_F(JavaStoreTest, without_keytool_says_so) {
  java("opt/jdk-25");
  runner_.installed.clear();
  const JavaStore store = found().front();
  EXPECT_THAT(install_in_java(anchor_, store, runner_),
              AllOf(outcome_is(Outcome::failed),
                    ::testing::Field(&TrustStep::what, HasSubstr("keytool was not found"))));
  EXPECT_EQ(status_of_java(anchor_, store, runner_).answer, TrustStatus::Answer::unknown);
}

TEST_F(JavaStoreTest, says_why_keytool_failed) {
  java("opt/jdk-25");
  runner_.exit_code = 1;
  runner_.output = "keytool error: the password is wrong\nmore";
  EXPECT_THAT(install_in_java(anchor_, found().front(), runner_).what,
              HasSubstr("keytool failed: keytool error: the password is wrong"));
}

TEST_F(JavaStoreTest, of_root_needs_root) {
  const fs::path file = java("opt/jdk-25");
  chmod(file.c_str(), 0444);
  chmod(root_.path().c_str(), 0755);
  const int verdict = gatehouse::testing::in_unprivileged_child([this] {
    const JavaStore store = found().front();
    const TrustStep step = install_in_java(anchor_, store, runner_);
    const bool said = step.outcome == Outcome::failed && step.what.contains("with sudo");
    return said && status_of_java(anchor_, store, runner_).needs_root ? 0 : 1;
  });
  EXPECT_EQ(verdict, 0);
}

TEST_F(JavaStoreTest, is_changed_by_the_real_keytool_I13) {
  SystemCommandRunner real("/usr/bin", std::chrono::minutes(10));  // each call starts a Java
  if (!real.available("keytool")) GTEST_SKIP() << "keytool is not installed";
  const JavaStore store{root_ / "opt/cacerts", "keytool"};
  fs::create_directories(root_ / "opt");
  // A store that holds another CA already.
  const crypto::testing::Ca other;
  ASSERT_EQ(real.run({"keytool", "-importcert", "-noprompt", "-alias", "other", "-keystore",
                      store.file.string(), "-storepass", "changeit"},
                     other.root.to_pem())
                ->exit_code,
            0);
  EXPECT_THAT(install_in_java(anchor_, store, real), outcome_is(Outcome::done));
  EXPECT_EQ(status_of_java(anchor_, store, real).answer, TrustStatus::Answer::trusted);
  EXPECT_THAT(uninstall_from_java(anchor_, store, real), outcome_is(Outcome::done));
  EXPECT_EQ(status_of_java(anchor_, store, real).answer, TrustStatus::Answer::not_trusted);
  EXPECT_EQ(status_of_java(other.root, store, real).answer, TrustStatus::Answer::not_trusted);
}

}  // namespace
}  // namespace gatehouse::certs
