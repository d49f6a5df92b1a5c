// The default identity in a store on the disk, and processes that are killed over it.

#include <csignal>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"
#include "certs/issuer/permitted_names.h"
#include "certs/issuer/testing/local_ca.h"
#include "certs/renewal/default_identity.h"
#include "certs/store/identity_files.h"
#include "crypto/verify.h"
#include "kv/sqlite/sqlite_engine.h"
#include "kv/store_thread.h"
#include "kv/testing/harness.h"

namespace gatehouse::certs {
namespace {

namespace fs = std::filesystem;
using gatehouse::testing::content_of;
using gatehouse::testing::in_child;
using gatehouse::testing::TemporaryFolder;

class NoUsage final : public Usage {
 public:
  std::vector<std::string> users(const RecordId& /*id*/) const override { return {}; }
};

std::optional<std::string> no_variable(const char* /*name*/) { return std::nullopt; }

DefaultIdentityRequest request() {
  DefaultIdentityRequest request;
  request.machine = {ServerName::parse("gate1").value(), {}, {}, {}};
  return request;
}

// One start of a program: opens the store of a state folder and ensures the default identity.
Result<DefaultIdentity> start(const fs::path& state, const Clock& clock, BeforeStep before = {}) {
  io::Reactor reactor(clock);
  auto folder = StateFolder::open(state);
  if (!folder) return pass_on(folder);
  MachineMaster master(*folder, &no_variable);
  auto engine = kv::SqliteEngine::open(state / "state.db");
  if (!engine) return pass_on(engine);
  auto thread = kv::StoreThread::start(std::move(*engine), clock);
  if (!thread) return pass_on(thread);
  const auto entries = (*thread)->store(reactor);
  const auto soon = [&] { return kv::testing::soon(reactor); };
  NoUsage usage;
  auto store =
      kv::testing::run(reactor, CertificateStore::open(*entries, reactor, master, usage, soon()));
  if (!store) return pass_on(store);
  AuthorityStore authorities(*entries, **store, clock);
  DefaultIdentityKeeper keeper({.state = state,
                                .entries = *entries,
                                .certificates = **store,
                                .authorities = authorities,
                                .clock = clock,
                                .before_step = std::move(before)});
  return kv::testing::run(reactor, keeper.ensure(request(), soon()));
}

class Killed : public ::testing::Test {
 protected:
  // Before its step number `last` on the files; false when it ended before.
  bool killed_at(int last) const {
    return in_child([&] {
             int step = 0;
             const auto kill_there = [&](std::string_view) {
               if (step++ == last) raise(SIGKILL);
             };
             // The second time what was taken over is moved away.
             const bool served =
                 start(path_, clock_, kill_there) && start(path_, clock_, kill_there);
             return served ? 0 : 1;
           }) == gatehouse::testing::kKilled;
  }
  // After so many microseconds, wherever it is then.
  void killed_after(unsigned microseconds) const {
    const pid_t child = fork();
    if (child == 0) _exit(start(path_, clock_) ? 0 : 1);
    usleep(microseconds);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  bool accepted(const DefaultIdentity& found) const {
    const std::vector anchors{crypto::Certificate::from_pem(content_of(found.anchor_file)).value()};
    return crypto::verify_server_chain(found.identity.chain, anchors,
                                       ServerName::parse("gate1").value(), clock_.wall())
        .has_value();
  }
  void write_files_of_before() const {
    const auto folder = StateFolder::open(path_).value();
    auto writer = folder.writer().value();
    std::vector<PendingFile> files;
    files.push_back(private_file("ca/root", ca_.root));
    files.push_back(public_file("ca/root", ca_.root));
    files.push_back(private_file("ca/server", ca_.server_issuer));
    files.push_back(private_file("identities/default", by_default_));
    ASSERT_TRUE(write_files(writer, files));
  }

  TemporaryFolder home_;
  fs::path path_ = home_ / "state";
  FakeClock clock_;
  const testing::LocalCa ca_ =
      testing::LocalCa::create(constraints_for(request().machine), clock_.wall());
  const crypto::Identity by_default_ = [this] {
    std::vector<NamePattern> names;
    for (const auto text : {"gate1", "localhost", "127.0.0.1", "::1"}) {
      names.push_back(NamePattern::parse(text).value());
    }
    return ca_.issue_server(names, crypto::KeyType::p256, clock_.wall());
  }();
};

TEST_F(Killed, at_any_step_of_the_first_start_the_next_one_serves) {
  int last = 0;
  while (killed_at(last)) {
    const auto found = start(path_, clock_);
    ASSERT_TRUE(found) << last << ": " << found.error().what;
    ASSERT_TRUE(accepted(*found)) << last;
    fs::remove_all(path_);
    ++last;
  }
  EXPECT_GE(last, 15) << "three files of five steps each";
}

TEST_F(Killed, T3_at_any_step_of_a_take_over_the_identities_are_unchanged) {
  write_files_of_before();
  int last = 0;
  while (killed_at(last)) {
    const auto found = start(path_, clock_);
    ASSERT_TRUE(found) << last << ": " << found.error().what;
    EXPECT_EQ(found->anchor, ca_.anchor()) << last;
    EXPECT_EQ(found->identity.chain, by_default_.chain) << last;
    EXPECT_EQ(found->identity.key.spki_sha256(), by_default_.key.spki_sha256()) << last;
    ASSERT_TRUE(start(path_, clock_));
    EXPECT_FALSE(fs::exists(path_ / "ca/root.pem")) << last;
    EXPECT_TRUE(fs::exists(path_ / "before-store/root.pem")) << last;
    fs::remove_all(path_);
    write_files_of_before();
    ++last;
  }
  EXPECT_GE(last, 4) << "two files are moved";
}

TEST_F(Killed, T3_at_random_moments_of_a_take_over_the_CA_stays_one) {
  std::minstd_rand random(7);
  for (int round = 0; round < 25; ++round) {
    fs::remove_all(path_);
    write_files_of_before();
    killed_after(static_cast<unsigned>(random() % 12'000));
    const auto found = start(path_, clock_);
    ASSERT_TRUE(found) << round << ": " << found.error().what;
    EXPECT_EQ(found->anchor, ca_.anchor()) << round;
    EXPECT_EQ(found->identity.chain, by_default_.chain) << round;
  }
}

TEST_F(Killed, at_random_moments_of_renewals_the_CA_stays_one) {
  std::minstd_rand random(7);
  const auto first = start(path_, clock_);
  ASSERT_TRUE(first) << first.error().what;
  for (int round = 0; round < 25; ++round) {
    clock_.advance(std::chrono::days(61));  // something is due each time
    killed_after(static_cast<unsigned>(random() % 12'000));
  }
  const auto found = start(path_, clock_);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ(found->anchor, first->anchor);
  EXPECT_EQ(found->records.by_default, first->records.by_default);
  EXPECT_TRUE(accepted(*found));
}

}  // namespace
}  // namespace gatehouse::certs
