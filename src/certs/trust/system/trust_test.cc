#include "certs/trust/system/trust.h"

#include <cstdlib>
#include <functional>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"
#include "certs/trust/system/system_store.h"
#include "certs/trust/system/testing/trust_fixture.h"
#include "crypto/testing/chains.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using Outcome = TrustStep::Outcome;
using gatehouse::testing::content_of;
using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;
using testing::outcome_is;
using testing::TrustTest;

class EveryFlavour : public TrustTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(EveryFlavour, gets_one_file_and_its_bundle_anew) {
  fs::create_directories(root_ / GetParam());
  EXPECT_THAT(install().front(), outcome_is(Outcome::done));
  const auto files = files_below(root_.path());
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].parent_path(), root_ / GetParam());
  EXPECT_EQ(content_of(files[0]), anchor_.to_pem());
  struct stat facts{};
  stat(files[0].c_str(), &facts);
  EXPECT_EQ(facts.st_mode & 0777, 0644u);
  EXPECT_THAT(install().front(), outcome_is(Outcome::already));
  EXPECT_EQ(files_below(root_.path()).size(), 1u);
  EXPECT_THAT(uninstall().front(), outcome_is(Outcome::done));
  EXPECT_EQ(files_below(root_.path()).size(), 0u);
  EXPECT_THAT(uninstall().front(), outcome_is(Outcome::already));
}

INSTANTIATE_TEST_SUITE_P(SystemStore, EveryFlavour,
                         ::testing::Values("usr/local/share/ca-certificates",
                                           "etc/pki/ca-trust/source/anchors",
                                           "etc/pki/trust/anchors",
                                           "etc/ca-certificates/trust-source/anchors"));

TEST(UpdateCommand, is_that_of_the_flavour) {
  const auto added = [](StoreFlavour flavour) {
    return update_command(flavour, "/", StoreChange::added);
  };
  EXPECT_THAT(added(StoreFlavour::debian), ElementsAre("update-ca-certificates"));
  EXPECT_THAT(added(StoreFlavour::rhel), ElementsAre("update-ca-trust", "extract"));
  EXPECT_THAT(added(StoreFlavour::suse), ElementsAre("update-ca-certificates"));
  EXPECT_THAT(added(StoreFlavour::arch), ElementsAre("trust", "extract-compat"));
  EXPECT_THAT(update_command(StoreFlavour::debian, "/", StoreChange::removed),
              ElementsAre("update-ca-certificates", "--fresh"));
}

TEST_F(TrustTest, the_bundle_of_debian_is_made_in_the_same_root) {
  fs::create_directories(root_ / "usr/local/share/ca-certificates");
  install();
  ASSERT_EQ(runner_.commands.size(), 1u);
  EXPECT_EQ(runner_.commands[0][0], "update-ca-certificates");
  EXPECT_THAT(runner_.commands[0], Contains((root_ / "etc/ssl/certs").string()));
}

TEST_F(TrustTest, uninstalling_one_ca_leaves_another_alone) {
  fs::create_directories(root_ / "usr/local/share/ca-certificates");
  const crypto::testing::Ca other;
  install();
  install_trust(other.root, places_, runner_);
  EXPECT_EQ(files_below(root_.path()).size(), 2u);
  uninstall();
  const auto files = files_below(root_.path());
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(content_of(files[0]), other.root.to_pem());
}

TEST_F(TrustTest, a_machine_without_a_known_store_is_told_what_to_do) {
  const auto steps = install();
  EXPECT_THAT(steps, Each(outcome_is(Outcome::skipped)));
  EXPECT_THAT(steps[0].what, HasSubstr("install ca-certificates"));
  EXPECT_THAT(steps[1].what, HasSubstr("--nss"));
}

TEST_F(TrustTest, a_missing_or_failing_update_command_is_said) {
  fs::create_directories(root_ / "usr/local/share/ca-certificates");
  runner_.exit_code = 3;
  runner_.output = "no space\nmore";
  EXPECT_THAT(install()[0], AllOf(outcome_is(Outcome::failed),
                                  Field(&TrustStep::what, HasSubstr("failed: no space"))));
  runner_.installed.clear();
  EXPECT_THAT(install()[0], AllOf(outcome_is(Outcome::failed),
                                  Field(&TrustStep::what, HasSubstr("is not installed"))));
}

TEST_F(TrustTest, without_the_right_to_write_it_says_how_to_get_it) {
  fs::create_directories(root_ / "usr/local/share/ca-certificates");
  chmod(root_.path().c_str(), 0755);
  chmod((root_ / "usr/local/share/ca-certificates").c_str(), 0555);
  const int verdict = gatehouse::testing::in_unprivileged_child([&] {
    const auto step = install_trust(anchor_, places_, runner_).front();
    return step.outcome == Outcome::failed && step.what.contains("with sudo") ? 0 : 1;
  });
  EXPECT_EQ(verdict, 0);
}

TEST_F(TrustTest, finds_the_databases_of_chromium_and_every_firefox_profile) {
  for (const auto place :
       {".pki/nssdb", "snap/chromium/current/.pki/nssdb", ".mozilla/firefox/a.default",
        ".mozilla/firefox/b.work", "snap/firefox/common/.mozilla/firefox/c.default",
        ".var/app/org.mozilla.firefox/.mozilla/firefox/d.default"}) {
    put(home_ / place / "cert9.db", "");
  }
  put(home_ / ".mozilla/firefox/Crash Reports/x", "");
  const auto steps = install();
  EXPECT_EQ(steps.size(), 7u);
  EXPECT_EQ(std::ranges::count(steps, Outcome::done, &TrustStep::outcome), 6);
  const auto again = install();
  EXPECT_EQ(std::ranges::count(again, Outcome::already, &TrustStep::outcome), 6);
  const auto gone = uninstall();
  EXPECT_EQ(std::ranges::count(gone, Outcome::done, &TrustStep::outcome), 6);
  const auto gone_again = uninstall();
  EXPECT_EQ(std::ranges::count(gone_again, Outcome::already, &TrustStep::outcome), 6);
}

TEST_F(TrustTest, a_chromium_that_never_ran_gets_its_database) {
  runner_.installed.push_back("chromium");
  const auto steps = install();
  EXPECT_THAT(steps[1], outcome_is(Outcome::done));
  EXPECT_THAT(runner_.commands[0], ElementsAre("certutil", "-N", "--empty-password", "-d",
                                               "sql:" + (home_ / ".pki/nssdb").string()));
}

TEST_F(TrustTest, without_certutil_says_which_package_has_it) {
  put(home_ / ".pki/nssdb/cert9.db", "");
  runner_.installed.clear();
  EXPECT_THAT(install()[1], AllOf(outcome_is(Outcome::failed),
                                  Field(&TrustStep::what, HasSubstr("libnss3-tools"))));
}

TEST_F(TrustTest, a_failing_certutil_is_said) {
  put(home_ / ".pki/nssdb/cert9.db", "");
  runner_.exit_code = 255;
  runner_.output = "certutil: function failed: SEC_ERROR_BAD_DATABASE\n";
  EXPECT_THAT(install()[1], AllOf(outcome_is(Outcome::failed),
                                  Field(&TrustStep::what, HasSubstr("SEC_ERROR_BAD_DATABASE"))));
}

TEST_F(TrustTest, no_key_ever_leaves_I15) {
  // Even when somebody put the key into the public file.
  const TemporaryFolder state;
  const Secret key = ca_.root_key.to_pem();
  put(state / "ca/root.crt", std::string(as_text(key.view())) + anchor_.to_pem());
  fs::create_directories(root_ / "usr/local/share/ca-certificates");
  places_.nss = {home_ / "profile"};
  const auto read = read_anchor(state.path()).value();
  const auto steps = install_trust(read, places_, runner_);
  EXPECT_THAT(steps, Each(outcome_is(Outcome::done)));
  EXPECT_THAT(read.to_pem(), Not(HasSubstr("PRIVATE")));
  EXPECT_THAT(runner_.inputs, Each(Not(HasSubstr("PRIVATE"))));
  EXPECT_THAT(runner_.inputs, Contains(anchor_.to_pem()));
  for (const auto& file : files_below(root_.path())) {
    EXPECT_THAT(content_of(file), Not(HasSubstr("PRIVATE"))) << file;
  }
}

TEST(Anchor, that_is_not_there_is_not_found_and_says_how_to_get_it) {
  const TemporaryFolder state;
  const auto anchor = read_anchor(state.path());
  ASSERT_FALSE(anchor);
  EXPECT_EQ(anchor.error().kind, ErrorKind::not_found);
  EXPECT_THAT(anchor.error().what, HasSubstr("start `gatehouse run` once"));
  put(state / "ca/root.crt", "nothing");
  EXPECT_EQ(read_anchor(state.path()).error().kind, ErrorKind::invalid);
}

TEST(Anchor, of_another_user_is_not_permitted) {
  const TemporaryFolder state;
  put(state / "ca/root.crt", "nothing");
  chmod((state / "ca").c_str(), 0000);
  chmod(state.path().c_str(), 0755);
  const int verdict = gatehouse::testing::in_unprivileged_child([&] {
    const auto anchor = read_anchor(state.path());
    return !anchor && anchor.error().kind == ErrorKind::not_permitted ? 0 : 1;
  });
  chmod((state / "ca").c_str(), 0700);
  EXPECT_EQ(verdict, 0);
}

// With the real tools, where they are installed.
class RealTools : public TrustTest {
 protected:
  SystemCommandRunner real_{"/usr/bin"};
};

TEST_F(RealTools, certutil_trusts_it_once_and_no_longer) {
  if (!real_.available("certutil")) GTEST_SKIP() << "certutil is not installed";
  places_.nss = {home_ / "profile"};
  const auto do_install = [&] { return install_trust(anchor_, places_, real_).back(); };
  const auto do_uninstall = [&] { return uninstall_trust(anchor_, places_, real_).back(); };
  EXPECT_THAT(do_install(), outcome_is(Outcome::done));
  EXPECT_THAT(do_install(), outcome_is(Outcome::already));
  const auto listing =
      real_.run({"certutil", "-L", "-d", "sql:" + (home_ / "profile").string()}).value().output;
  EXPECT_THAT(listing, AllOf(HasSubstr("root ("), HasSubstr("C,,")));
  EXPECT_THAT(do_uninstall(), outcome_is(Outcome::done));
  EXPECT_THAT(do_uninstall(), outcome_is(Outcome::already));
}

TEST_F(RealTools, debian_puts_it_into_the_bundle_and_takes_it_out) {
  if (!real_.available("update-ca-certificates")) GTEST_SKIP() << "not a Debian";
  for (const auto folder : {"usr/local/share/ca-certificates", "usr/share/ca-certificates",
                            "etc/ssl/certs", "etc/ca-certificates/update.d"}) {
    fs::create_directories(root_ / folder);
  }
  // One of the distribution: without any the bundle is left as it is.
  put(root_ / "usr/share/ca-certificates/other.crt", crypto::testing::Ca().root.to_pem());
  put(root_ / "etc/ca-certificates.conf", "other.crt\n");
  const auto step = install_trust(anchor_, places_, real_).front();
  EXPECT_THAT(step, outcome_is(Outcome::done)) << step.what;
  EXPECT_THAT(content_of(root_ / "etc/ssl/certs/ca-certificates.crt"), HasSubstr(anchor_.to_pem()));
  EXPECT_THAT(uninstall_trust(anchor_, places_, real_).front(), outcome_is(Outcome::done));
  EXPECT_THAT(content_of(root_ / "etc/ssl/certs/ca-certificates.crt"),
              Not(HasSubstr(anchor_.to_pem())));
  for (const auto& entry : fs::directory_iterator(root_ / "etc/ssl/certs")) {
    EXPECT_TRUE(fs::exists(entry.path())) << "a dangling link " << entry.path();
  }
}

TEST(SystemCommandRunner, runs_a_command_with_its_input) {
  SystemCommandRunner runner("");
  const auto outcome =
      runner.run({"sh", "-c", "cat; echo to-stderr >&2; exit 7"}, "hello ").value();
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_EQ(outcome.output, "hello to-stderr\n");
}

TEST(SystemCommandRunner, hands_arguments_on_as_they_are) {
  SystemCommandRunner runner("");
  EXPECT_EQ(runner.run({"printf", "%s|", "a b", "$HOME;", "*"}).value().output, "a b|$HOME;|*|");
}

TEST(SystemCommandRunner, says_when_there_is_no_such_program) {
  SystemCommandRunner runner("/nowhere");
  EXPECT_FALSE(runner.available("no-such-program"));
  EXPECT_EQ(runner.run({"no-such-program"}).error().what,
            "no-such-program could not be run: No such file or directory");
}

TEST(SystemCommandRunner, stops_what_takes_too_long) {
  SystemCommandRunner runner("", std::chrono::milliseconds(50));
  const auto outcome = runner.run({"sleep", "60"});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::timed_out);
  EXPECT_EQ(runner.run({"sh", "-c", "exec >/dev/null 2>&1; exec sleep 60"}).error().kind,
            ErrorKind::timed_out);
}

TEST(SystemCommandRunner, keeps_a_bounded_part_of_a_long_output) {
  SystemCommandRunner runner("");
  const auto outcome = runner.run({"sh", "-c", "yes | head -c 1000000"}).value();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output.size(), 64u * 1024);
}

}  // namespace
}  // namespace gatehouse::certs
