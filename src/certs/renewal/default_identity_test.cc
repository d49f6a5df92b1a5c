#include "certs/renewal/default_identity.h"

#include <random>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"
#include "certs/issuer/permitted_names.h"
#include "certs/renewal/due.h"
#include "crypto/verify.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using testing::content_of;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::in_child;
using ::testing::Not;
using testing::put;
using testing::TemporaryFolder;
using ::testing::UnorderedElementsAre;

ServerName name(std::string_view text) { return ServerName::parse(text).value(); }
NamePattern pattern(std::string_view text) { return NamePattern::parse(text).value(); }

DefaultIdentityRequest request_of(std::initializer_list<std::string_view> hosts = {}) {
  DefaultIdentityRequest request;
  request.machine = {
      name("gate1"), name("gate1.plant4.local"), name("plant4.local"), {name("10.20.0.5")}};
  for (const auto host : hosts) request.hosts.push_back(pattern(host));
  return request;
}

// A state folder below a temporary one; the notice about that is not what these tests look at.
class DefaultIdentityTest : public ::testing::Test {
 protected:
  StateFolder folder(BeforeStep before = {}) const {
    return StateFolder::open(path_, std::move(before)).value();
  }

  Result<DefaultIdentity> try_ensure(const DefaultIdentityRequest& request) const {
    auto result = ensure_default_identity(folder(), request, clock_);
    if (result) {
      std::erase_if(result->notices, [](const auto& one) { return one.contains("is temporary"); });
    }
    return result;
  }
  DefaultIdentity ensure(const DefaultIdentityRequest& request = request_of()) const {
    auto result = try_ensure(request);
    if (!result) ADD_FAILURE() << result.error().what;
    return std::move(result.value());
  }

  bool accepted(const DefaultIdentity& found, std::string_view server) const {
    const std::vector anchors{crypto::Certificate::from_pem(content_of(found.anchor_file)).value()};
    return crypto::verify_server_chain(found.identity.chain, anchors, name(server), clock_.wall())
        .has_value();
  }

  unsigned mode_of(std::string_view file) const {
    struct stat facts{};
    return stat((path_ / file).c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
  }

  TemporaryFolder home_;
  fs::path path_ = home_ / "state";
  FakeClock clock_;
};

TEST_F(DefaultIdentityTest, is_there_at_first_start_with_nothing_brought_A1_M4) {
  const auto found = ensure();
  EXPECT_THAT(found.notices, ElementsAre());
  EXPECT_EQ(found.anchor_file, path_ / "ca/root.crt");
  EXPECT_FALSE(found.self_signed);
  EXPECT_FALSE(found.due(clock_.wall()));
}

TEST_F(DefaultIdentityTest, holds_every_name_under_which_the_machine_is_called_T2_T7) {
  const auto found = ensure();
  EXPECT_THAT(found.identity.leaf().names().texts(),
              UnorderedElementsAre("localhost", "gate1", "gate1.plant4.local", "127.0.0.1", "::1",
                                   "10.20.0.5"));
  EXPECT_EQ(found.identity.leaf().common_name(), "gate1.plant4.local");
  for (const auto& server : found.identity.leaf().names().texts()) {
    EXPECT_TRUE(accepted(found, server)) << server;
  }
}

TEST_F(DefaultIdentityTest, of_a_machine_without_a_name_is_for_localhost) {
  const auto found = ensure({});
  EXPECT_EQ(found.identity.leaf().common_name(), "localhost");
  EXPECT_TRUE(accepted(found, "localhost"));
  EXPECT_TRUE(accepted(found, "::1"));
}

TEST_F(DefaultIdentityTest, is_made_once_T3) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(59));
  const auto second = ensure();
  EXPECT_EQ(second.identity.chain, first.identity.chain);
  EXPECT_EQ(second.identity.key.spki_sha256(), first.identity.key.spki_sha256());
  EXPECT_EQ(second.anchor, first.anchor);
}

TEST_F(DefaultIdentityTest, keys_are_for_their_owner_only) {
  ensure(request_of({"example.org"}));
  for (const auto file :
       {"ca/root.pem", "ca/server.pem", "identities/default.pem", "identities/self-signed.pem"}) {
    EXPECT_EQ(mode_of(file), 0600u) << file;
  }
  for (const auto folder : {"", "ca", "identities"}) EXPECT_EQ(mode_of(folder), 0700u) << folder;
  for (const auto file : {"ca/root.crt", "identities/default.crt"}) {
    EXPECT_EQ(mode_of(file), 0644u) << file;
    EXPECT_THAT(content_of(path_ / file), Not(HasSubstr("PRIVATE"))) << file;
  }
}

TEST_F(DefaultIdentityTest, other_software_finds_the_whole_chain_in_one_file_T4) {
  const auto found = ensure();
  const auto file = path_ / "identities/default.pem";
  const auto read = crypto::parse_pem_identity(content_of(file)).value();
  EXPECT_EQ(read.chain, found.identity.chain);
  EXPECT_EQ(content_of(path_ / "identities/default.crt"), found.identity.chain_pem());
}

TEST_F(DefaultIdentityTest, is_renewed_after_two_thirds_of_its_life_with_the_same_root) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(61));
  EXPECT_TRUE(first.due(clock_.wall()));
  const auto second = ensure();
  EXPECT_NE(second.identity.leaf(), first.identity.leaf());
  EXPECT_NE(second.identity.key.spki_sha256(), first.identity.key.spki_sha256());
  EXPECT_EQ(second.anchor, first.anchor);
  EXPECT_FALSE(second.due(clock_.wall()));
  EXPECT_TRUE(accepted(second, "gate1"));
  EXPECT_EQ(content_of(path_ / "identities/default.crt"), second.identity.chain_pem());
}

TEST_F(DefaultIdentityTest, of_any_life_is_due_by_a_fraction_of_it) {
  for (const auto life : {std::chrono::days(6), std::chrono::days(45), std::chrono::days(397)}) {
    fs::remove_all(path_);
    auto request = request_of();
    request.lives.leaf = life;
    const auto found = ensure(request);
    EXPECT_FALSE(found.due(clock_.wall() + life / 2)) << life.count();
    EXPECT_TRUE(found.due(clock_.wall() + life * 7 / 10)) << life.count();
  }
}

TEST_F(DefaultIdentityTest, the_issuer_is_renewed_as_well_and_trust_stays) {
  const auto first = ensure();
  clock_.advance(std::chrono::days(4 * 365));
  const auto second = ensure();
  EXPECT_NE(second.identity.chain[1], first.identity.chain[1]);
  EXPECT_EQ(second.anchor, first.anchor);
  EXPECT_TRUE(accepted(second, "gate1"));
}

TEST_F(DefaultIdentityTest, is_made_anew_when_the_clock_was_set_back) {
  const auto first = ensure();
  clock_.advance(-std::chrono::hours(48));
  EXPECT_TRUE(first.due(clock_.wall()));
  const auto second = ensure();
  EXPECT_NE(second.identity.leaf(), first.identity.leaf());
  EXPECT_THAT(second.notices, ElementsAre(HasSubstr("set the clock")));
}

TEST_F(DefaultIdentityTest, follows_a_name_that_the_local_ca_may_certify) {
  const auto first = ensure();
  const auto second = ensure(request_of({"files.plant4.local", "*.plant4.local"}));
  EXPECT_NE(second.identity.leaf(), first.identity.leaf());
  EXPECT_TRUE(accepted(second, "files.plant4.local"));
  EXPECT_TRUE(accepted(second, "any.plant4.local"));
  const auto third = ensure();
  EXPECT_FALSE(accepted(third, "files.plant4.local"));
}

TEST_F(DefaultIdentityTest, a_host_beyond_the_constraints_is_self_signed_and_said) {
  const auto found = ensure(request_of({"www.example.org", "files.plant4.local"}));
  ASSERT_TRUE(found.self_signed);
  EXPECT_THAT(found.self_signed->leaf().names().texts(), ElementsAre("www.example.org"));
  EXPECT_TRUE(accepted(found, "files.plant4.local"));
  EXPECT_THAT(
      found.notices,
      ElementsAre(AllOf(HasSubstr("www.example.org"), HasSubstr("self-signed"),
                        HasSubstr("--permit www.example.org"), HasSubstr("--certificate"))));
  const auto again = ensure(request_of({"www.example.org", "files.plant4.local"}));
  EXPECT_EQ(again.self_signed->leaf(), found.self_signed->leaf());
  EXPECT_FALSE(ensure().self_signed);
}

TEST_F(DefaultIdentityTest, a_host_permitted_before_the_first_start_is_certified) {
  auto request = request_of({"www.example.org", "10.30.1.1"});
  request.permit = parse_permitted(".example.org,10.30.0.0/16").value();
  const auto found = ensure(request);
  EXPECT_TRUE(accepted(found, "www.example.org"));
  EXPECT_TRUE(accepted(found, "10.30.1.1"));
  EXPECT_THAT(found.notices, ElementsAre());
  EXPECT_THAT(ensure(request_of({"www.example.org", "10.30.1.1"})).notices, ElementsAre());
}

TEST_F(DefaultIdentityTest,
       a_permission_after_the_first_start_changes_nothing_and_says_what_to_do) {
  const auto first = ensure();
  auto request = request_of();
  request.permit = parse_permitted(".example.org").value();
  const auto second = ensure(request);
  EXPECT_EQ(second.anchor, first.anchor);
  EXPECT_THAT(second.notices,
              ElementsAre(AllOf(HasSubstr("comes too late"), HasSubstr("--permit example.org"),
                                HasSubstr((path_ / "ca").string()), HasSubstr("trust install"))));
  request.permit = parse_permitted("x.plant4.local").value();
  EXPECT_THAT(ensure(request).notices, ElementsAre()) << "is permitted already";
}

TEST_F(DefaultIdentityTest, a_new_address_beyond_the_constraints_is_left_out_and_said) {
  ensure();
  auto request = request_of();
  request.machine.addresses.push_back(name("192.168.7.7"));
  request.machine.short_name = name("renamed");
  const auto found = ensure(request);
  EXPECT_THAT(found.notices,
              ElementsAre(HasSubstr("192.168.7.7, renamed: this machine has it now")));
  EXPECT_FALSE(found.identity.leaf().names().covers(name("192.168.7.7")));
  EXPECT_TRUE(accepted(found, "gate1.plant4.local"));
}

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
           }) == testing::kKilled;
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

TEST(Due, is_two_thirds_of_a_life_and_before_its_beginning) {
  const auto now = FakeClock().wall();
  const std::vector names{pattern("a.example")};
  CertificateLives lives;
  lives.leaf = std::chrono::days(90);
  const auto leaf = issue_self_signed(names, crypto::KeyType::p256, lives, now).value().leaf();
  EXPECT_FALSE(is_due(leaf, now));
  EXPECT_FALSE(is_due(leaf, renewal_time(leaf) - std::chrono::seconds(1)));
  EXPECT_TRUE(is_due(leaf, renewal_time(leaf)));
  EXPECT_TRUE(is_due(leaf, leaf.not_before() - std::chrono::seconds(1)));
  EXPECT_EQ(renewal_time(leaf) - leaf.not_before(), (leaf.not_after() - leaf.not_before()) / 3 * 2);
}

}  // namespace
}  // namespace gatehouse::certs
