// What becomes of the local CA and the default identity when files are damaged, disks are full and
// the process is killed.

#include <random>
#include <sys/resource.h>

#include <gmock/gmock.h>

#include "base/testing/child.h"
#include "certs/renewal/testing/default_identity_fixture.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using gatehouse::testing::content_of;
using gatehouse::testing::in_child;
using gatehouse::testing::put;
using testing::DefaultIdentityTest;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::request_of;

TEST_F(DefaultIdentityTest, a_damaged_certificate_is_made_anew_below_the_same_root) {
  const auto first = ensure();
  put(path_ / "identities/default.pem", "-----BEGIN garbage");
  put(path_ / "ca/server.pem", "");
  put(path_ / "ca/root.crt", "damaged");
  const auto second = ensure();
  EXPECT_EQ(second.anchor, first.anchor);
  EXPECT_TRUE(accepted(second, "gate1"));
  EXPECT_THAT(second.notices, Each(HasSubstr("a new one is made")));
  EXPECT_EQ(content_of(path_ / "ca/root.crt"), first.anchor.to_pem()) << "only a copy";
  EXPECT_THAT(ensure().notices, ElementsAre());
}

TEST_F(DefaultIdentityTest, a_missing_public_copy_is_written_again) {
  const auto first = ensure();
  fs::remove(path_ / "ca/root.crt");
  fs::remove(path_ / "identities/default.crt");
  const auto second = ensure();
  EXPECT_EQ(second.identity.leaf(), first.identity.leaf());
  EXPECT_EQ(content_of(path_ / "ca/root.crt"), first.anchor.to_pem());
  EXPECT_EQ(content_of(path_ / "identities/default.crt"), first.identity.chain_pem());
}

TEST_F(DefaultIdentityTest, a_key_that_others_can_read_is_refused_and_not_replaced_M7) {
  ensure();
  for (const auto name : {"ca/root.pem", "ca/server.pem", "identities/default.pem"}) {
    const auto file = path_ / name;
    const std::string before = content_of(file);
    chmod(file.c_str(), 0640);
    const auto found = try_ensure(request_of());
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().kind, ErrorKind::not_permitted);
    EXPECT_THAT(found.error().what, HasSubstr("chmod 600 " + file.string()));
    EXPECT_EQ(content_of(file), before);
    chmod(file.c_str(), 0600);
  }
  ensure();
}

TEST_F(DefaultIdentityTest, a_damaged_root_is_never_replaced) {
  ensure();
  const std::string half = content_of(path_ / "ca/root.pem").substr(0, 300);
  put(path_ / "ca/root.pem", half);
  const auto found = try_ensure(request_of());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::invalid);
  EXPECT_THAT(found.error().what, AllOf(HasSubstr("root.pem is damaged"), HasSubstr("backup")));
  EXPECT_EQ(content_of(path_ / "ca/root.pem"), half);
}

TEST_F(DefaultIdentityTest, a_root_without_its_key_is_never_replaced) {
  ensure();
  fs::remove(path_ / "ca/root.pem");
  const auto found = try_ensure(request_of());
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().what, HasSubstr("with its key is not: restore it from a backup"));
  EXPECT_FALSE(fs::exists(path_ / "ca/root.pem"));
}

TEST_F(DefaultIdentityTest, a_root_whose_end_comes_near_is_announced_and_then_refused) {
  ensure();
  clock_.advance(std::chrono::days(14 * 365));
  EXPECT_THAT(ensure().notices, ElementsAre(HasSubstr("the local CA ends on 2046-09-16")));
  clock_.advance(std::chrono::days(7 * 365));
  EXPECT_THAT(try_ensure(request_of()).error().what, HasSubstr("ended on 2046-09-16"));
}

TEST_F(DefaultIdentityTest, a_new_ca_is_made_after_the_steps_that_the_sentences_say) {
  const auto first = ensure();
  fs::rename(path_ / "ca", path_ / "ca.old");
  const auto second = ensure();
  EXPECT_NE(second.anchor, first.anchor);
  EXPECT_TRUE(accepted(second, "gate1"));
}

TEST_F(DefaultIdentityTest, serves_from_a_folder_that_cannot_be_written_until_it_is_due) {
  const auto first = ensure();
  // Nothing needs a lock or a write now: a step would be a failure.
  const auto watched = folder([](std::string_view step) { ADD_FAILURE() << step; });
  const auto held = watched.writer().value();
  const auto second = ensure_default_identity(watched, request_of(), clock_);
  EXPECT_EQ(second.value().identity.leaf(), first.identity.leaf());
}

TEST_F(DefaultIdentityTest, on_a_full_disk_the_valid_certificate_is_served_and_it_is_said) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(70));
  const auto serves_the_old = [&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit bound{0, 0};
    setrlimit(RLIMIT_FSIZE, &bound);
    const auto found = try_ensure(request_of());
    if (!found || found->notices.size() != 1) return 1;
    if (found->identity.leaf() != first.identity.leaf()) return 2;
    if (!found->due(clock_.wall())) return 3;
    return found->notices[0].contains("make room") ? 0 : 4;
  };
  EXPECT_EQ(in_child(serves_the_old), 0);
  EXPECT_NE(ensure().identity.leaf(), first.identity.leaf()) << "with room again it is renewed";
}

TEST_F(DefaultIdentityTest, on_a_full_disk_the_first_start_is_one_clear_error) {
  const int verdict = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit bound{0, 0};
    setrlimit(RLIMIT_FSIZE, &bound);
    const auto found = try_ensure(request_of());
    return !found && found.error().what.contains("root.pem could not be written") ? 0 : 1;
  });
  EXPECT_EQ(verdict, 0);
  EXPECT_TRUE(accepted(ensure(), "gate1"));
}

TEST_F(DefaultIdentityTest, two_processes_at_first_start_agree_on_one_ca) {
  constexpr int kProcesses = 4;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(try_ensure(request_of()) ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const auto found = ensure();
  EXPECT_TRUE(accepted(found, "gate1"));
  EXPECT_EQ(found.anchor.to_pem(), content_of(path_ / "ca/root.crt"));
}

// Runs ensure() in a process that is killed before its step number `last`; false when it ended
// before.
class KilledTest : public DefaultIdentityTest {
 protected:
  bool killed_at(int last) const {
    return in_child([&] {
             int step = 0;
             const auto opened = folder([&](std::string_view) {
               if (step++ == last) raise(SIGKILL);
             });
             return ensure_default_identity(opened, request_of(), clock_) ? 0 : 1;
           }) == gatehouse::testing::kKilled;
  }
};

TEST_F(KilledTest, at_any_step_of_the_first_start_the_next_one_serves) {
  int last = 0;
  while (killed_at(last)) {
    const bool had_root = fs::exists(path_ / "ca/root.pem");
    const std::string root = had_root ? content_of(path_ / "ca/root.pem") : "";
    const auto found = ensure();
    ASSERT_TRUE(accepted(found, "gate1")) << last;
    EXPECT_THAT(found.notices, ElementsAre()) << last;
    if (had_root) EXPECT_EQ(content_of(path_ / "ca/root.pem"), root) << "the CA is unharmed";
    fs::remove_all(path_);
    ++last;
  }
  EXPECT_GE(last, 25) << "five files of five steps each";
}

TEST_F(KilledTest, at_any_step_of_a_renewal_the_next_start_serves_below_the_same_root) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(4 * 365));  // issuer and leaf
  const auto copy = home_ / "copy";
  fs::copy(path_, copy, fs::copy_options::recursive);
  int last = 0;
  while (killed_at(last)) {
    const auto found = ensure();
    ASSERT_TRUE(accepted(found, "gate1")) << last;
    EXPECT_EQ(found.anchor, first.anchor);
    EXPECT_THAT(found.notices, ElementsAre()) << last;
    fs::remove_all(path_);
    fs::copy(copy, path_, fs::copy_options::recursive);
    fs::permissions(path_, fs::perms::owner_all);
    ++last;
  }
  EXPECT_EQ(last, 15) << "three files of five steps each";
}

TEST_F(KilledTest, at_random_moments_over_and_over_the_ca_stays_one) {
  std::minstd_rand random(7);
  std::optional<crypto::Certificate> anchor;
  for (int round = 0; round < 60; ++round) {
    clock_.advance(std::chrono::days(61));  // something is due each time
    const pid_t child = fork();
    if (child == 0) _exit(ensure_default_identity(folder(), request_of(), clock_) ? 0 : 1);
    usleep(random() % 4000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const auto root = content_of(path_ / "ca/root.pem");
    if (root.empty()) continue;
    const auto found = crypto::parse_pem_identity(root);
    ASSERT_TRUE(found) << "never half a file";
    if (!anchor) anchor = found->leaf();
    EXPECT_EQ(found->leaf(), *anchor);
  }
  const auto found = ensure();
  EXPECT_TRUE(accepted(found, "gate1"));
  if (anchor) EXPECT_EQ(found.anchor, *anchor);
}

}  // namespace
}  // namespace gatehouse::certs
