#include "certs/trust/system/firefox_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "certs/trust/system/public_file.h"
#include "certs/trust/system/testing/trust_fixture.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Outcome = TrustStep::Outcome;
using gatehouse::testing::put;
using testing::outcome_is;

constexpr std::string_view kName = "/etc/firefox/policies/gatehouse-1.crt";

TEST(FirefoxPolicy, names_the_certificate_in_a_file_of_its_own) {
  const std::string made = with_certificate("", kName).value();
  EXPECT_THAT(made, HasSubstr("\"Install\": [\n"));
  EXPECT_TRUE(names_certificate(made, kName));
  EXPECT_EQ(with_certificate(made, kName).value(), made);
  EXPECT_EQ(without_certificate(made, kName).value(), "");
}

TEST(FirefoxPolicy, leaves_other_policies_as_they_were) {
  constexpr std::string_view kBefore = R"({
  "policies": {
    "DisableTelemetry": true,
    "Certificates": {
      "ImportEnterpriseRoots": true,
      "Install": [
        "/other.crt"
      ]
    },
    "Homepage": {
      "URL": "https://wiki.example"
    }
  }
}
)";
  const std::string after = with_certificate(kBefore, kName).value();
  EXPECT_TRUE(names_certificate(after, kName));
  EXPECT_TRUE(names_certificate(after, "/other.crt"));
  EXPECT_THAT(after, HasSubstr("\"DisableTelemetry\": true"));
  EXPECT_EQ(without_certificate(after, kName).value(), kBefore);
}

TEST(FirefoxPolicy, keeps_the_order_of_other_policies) {
  const std::string after = with_certificate(R"({"policies": {"Z": 1, "A": 2}})", kName).value();
  EXPECT_LT(after.find("\"Z\""), after.find("\"A\""));
}

TEST(FirefoxPolicy, that_cannot_be_understood_is_left_as_it_is) {
  for (const auto text : {"{", "[]", "// mine\n{}", R"({"policies": []})",
                          R"({"policies": {"Certificates": {"Install": "x"}}})"}) {
    const auto changed = with_certificate(text, kName);
    ASSERT_FALSE(changed) << text;
    EXPECT_THAT(changed.error().what, HasSubstr("left as it is"));
    EXPECT_FALSE(without_certificate(text, kName)) << text;
    EXPECT_FALSE(names_certificate(text, kName)) << text;
  }
}

class FirefoxPolicyFile : public testing::TrustTest {
 protected:
  fs::path policies() const { return root_.path() / "etc/firefox/policies/policies.json"; }
  TrustStep install() { return install_in_firefox_policy(anchor_, root_.path()); }
  TrustStep uninstall() { return uninstall_from_firefox_policy(anchor_, root_.path()); }
  bool trusted() {
    return status_of_firefox_policy(anchor_, root_.path()).answer == TrustStatus::Answer::trusted;
  }
};

TEST_F(FirefoxPolicyFile, is_made_and_unmade) {
  fs::create_directories(root_ / "usr/lib/firefox-esr");
  EXPECT_TRUE(has_firefox(root_.path()));
  EXPECT_FALSE(trusted());
  EXPECT_THAT(install(), outcome_is(Outcome::done));
  EXPECT_TRUE(trusted());
  EXPECT_THAT(install(), outcome_is(Outcome::already));
  const auto files = files_below(root_ / "etc");
  EXPECT_EQ(files.size(), 2u);
  EXPECT_THAT(uninstall(), outcome_is(Outcome::done));
  EXPECT_EQ(files_below(root_ / "etc").size(), 0u);
  EXPECT_THAT(uninstall(), outcome_is(Outcome::already));
  EXPECT_FALSE(trusted());
}

TEST_F(FirefoxPolicyFile, of_somebody_else_survives_both) {
  const std::string before = "{\n  \"policies\": {\n    \"DisableTelemetry\": true\n  }\n}\n";
  put(policies(), before);
  EXPECT_THAT(install(), outcome_is(Outcome::done));
  EXPECT_NE(content_of(policies()), before);
  EXPECT_THAT(uninstall(), outcome_is(Outcome::done));
  EXPECT_EQ(content_of(policies()), before);
}

TEST_F(FirefoxPolicyFile, with_a_second_ca_keeps_that) {
  const crypto::testing::Ca other;
  install();
  install_in_firefox_policy(other.root, root_.path());
  EXPECT_THAT(uninstall(), outcome_is(Outcome::done));
  EXPECT_EQ(status_of_firefox_policy(other.root, root_.path()).answer,
            TrustStatus::Answer::trusted);
}

TEST_F(FirefoxPolicyFile, that_is_damaged_is_not_touched) {
  put(policies(), "{\"policies\":");
  EXPECT_THAT(install(), outcome_is(Outcome::failed));
  EXPECT_EQ(content_of(policies()), "{\"policies\":");
  EXPECT_EQ(files_below(root_.path()).size(), 1u);
}

TEST_F(FirefoxPolicyFile, that_is_a_link_is_not_replaced) {
  put(root_ / "kept.json", "{}");
  fs::create_directories(policies().parent_path());
  fs::create_symlink(root_ / "kept.json", policies());
  EXPECT_THAT(install(), outcome_is(Outcome::failed));
  EXPECT_TRUE(fs::is_symlink(policies()));
  EXPECT_EQ(content_of(root_ / "kept.json"), "{}");
}

TEST_F(FirefoxPolicyFile, whose_certificate_is_missing_trusts_nobody) {
  install();
  for (const auto& file : files_below(root_.path())) {
    if (file.extension() == ".crt") fs::remove(file);
  }
  EXPECT_FALSE(trusted());
  EXPECT_THAT(install(), outcome_is(Outcome::done));
  EXPECT_TRUE(trusted());
}

TEST_F(FirefoxPolicyFile, of_root_cannot_be_changed_by_others) {
  fs::create_directories(policies().parent_path());
  chmod(root_.path().c_str(), 0755);
  chmod(policies().parent_path().c_str(), 0555);
  const int verdict = gatehouse::testing::in_unprivileged_child([this] {
    const TrustStep step = install();
    return step.outcome == Outcome::failed && step.what.contains("with sudo") ? 0 : 1;
  });
  EXPECT_EQ(verdict, 0);
}

}  // namespace
}  // namespace gatehouse::certs
