#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/child.h"
#include "base/testing/temporary_folder.h"
#include "certs/store/certificate_store.h"
#include "certs/store/state_folder.h"
#include "certs/testing/records.h"
#include "kv/sqlite/sqlite_engine.h"
#include "kv/store_thread.h"
#include "kv/testing/harness.h"

// The certificate store on SQLite, and what a disk can do to it.
namespace gatehouse::certs {
namespace {

using gatehouse::testing::content_of;
using gatehouse::testing::in_child;
using gatehouse::testing::in_unprivileged_child;
using gatehouse::testing::TemporaryFolder;
using ::testing::HasSubstr;
using testing::identity;

class NoUsage final : public Usage {
 public:
  std::vector<std::string> users(const RecordId& /*id*/) const override { return {}; }
};

std::optional<std::string> no_variable(const char* /*name*/) { return std::nullopt; }

// One run of a program that has the store open.
class Program {
 public:
  explicit Program(const std::filesystem::path& state)
      : folder_(StateFolder::open(state).value()), master_(folder_, &no_variable) {
    auto engine = kv::SqliteEngine::open(state / "state.db");
    if (!engine) {
      error_ = engine.error().what;
      return;
    }
    thread_ = kv::StoreThread::start(std::move(*engine), clock_).value();
    kv_ = thread_->store(reactor_);
    auto opened = wait(CertificateStore::open(*kv_, reactor_, master_, usage_, soon()));
    if (opened) {
      store_ = std::move(*opened);
    } else {
      error_ = opened.error().what;
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    store_.reset();
    kv_.reset();
  }

  // "" when it opened.
  const std::string& error() const { return error_; }
  Result<Record> put(const crypto::Identity& content) {
    return wait(store_->put({.content = content}, {"tester", "to try"}, soon()));
  }
  Result<Record> replace(const RecordId& id, const crypto::Identity& content) {
    return wait(store_->replace(id, content, {"tester", "to try"}, soon()));
  }
  Result<Ok> remove(const RecordId& id) {
    return wait(store_->remove(id, {"tester", "to try"}, soon()));
  }
  Result<crypto::Identity> get(const RecordId& id) { return wait(store_->identity(id, soon())); }
  std::size_t records() {
    return wait(store_->reader().list({}, "", 1000, soon()))->records.size();
  }

 private:
  template <class T>
  T wait(io::Task<T> task) {
    return kv::testing::run(reactor_, std::move(task));
  }
  io::Deadline soon() { return kv::testing::soon(reactor_); }

  SystemClock clock_;
  io::Reactor reactor_{clock_};
  NoUsage usage_;
  StateFolder folder_;
  MachineMaster master_;
  std::unique_ptr<kv::StoreThread> thread_;
  std::unique_ptr<kv::Store> kv_;
  std::unique_ptr<CertificateStore> store_;
  std::string error_;
};

// The secret number of a P-256 key, as its PKCS#8 form holds it.
std::string scalar_of(const crypto::PrivateKey& key) {
  const Secret der = key.to_pkcs8();
  return std::string(as_text(der.view()).substr(36, 32));
}

bool is_in_a_file(const std::filesystem::path& folder, std::string_view text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    if (content_of(entry.path()).find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(CertificatesOnDisk, T2_identities_are_there_after_a_new_start) {
  const TemporaryFolder folder;
  const auto content = identity({"www.example.org"});
  std::optional<RecordId> id;
  {
    Program program(folder / "state");
    ASSERT_EQ(program.error(), "");
    id = program.put(content)->id;
  }
  Program again(folder / "state");
  ASSERT_EQ(again.error(), "");
  const auto kept = again.get(*id);
  ASSERT_TRUE(kept) << kept.error().what;
  EXPECT_EQ(kept->chain, content.chain);
  EXPECT_TRUE(content.leaf().matches(kept->key));
}

TEST(CertificatesOnDisk, M7_no_file_has_a_key_in_the_clear_at_any_time) {
  const TemporaryFolder folder;
  const auto content = identity({"a.example"});
  const std::string secret = scalar_of(content.key);
  std::ofstream(folder / "control") << secret;
  ASSERT_TRUE(is_in_a_file(folder.path(), secret));
  {
    Program program(folder / "state");
    const auto id = program.put(content)->id;
    EXPECT_FALSE(is_in_a_file(folder / "state", secret));
    ASSERT_TRUE(program.replace(id, identity({"b.example"})));
    EXPECT_FALSE(is_in_a_file(folder / "state", secret));
    ASSERT_TRUE(program.remove(id));
  }
  EXPECT_FALSE(is_in_a_file(folder / "state", secret));
}

TEST(CertificatesOnDisk, M7_files_that_others_can_read_are_refused_and_left_alone) {
  for (const std::string_view file : {"state.db", "master.key"}) {
    const TemporaryFolder folder;
    ASSERT_TRUE(Program(folder / "state").put(identity({"a.example"})));
    const auto path = folder / "state" / file;
    const std::string before = content_of(path);
    ::chmod(path.c_str(), 0644);
    EXPECT_THAT(Program(folder / "state").error(), HasSubstr(std::string(file)));
    EXPECT_EQ(content_of(path), before);
    ::chmod(path.c_str(), 0600);
    EXPECT_EQ(Program(folder / "state").records(), 1U);
  }
}

TEST(CertificatesOnDisk, M7_another_master_key_changes_nothing) {
  const TemporaryFolder folder;
  ASSERT_TRUE(Program(folder / "state").put(identity({"a.example"})));
  const std::string key = content_of(folder / "state/master.key");
  const std::string store = content_of(folder / "state/state.db");
  std::ofstream(folder / "state/master.key") << std::string(64, 'a') << '\n';
  EXPECT_THAT(Program(folder / "state").error(), HasSubstr("does not open the keys of the store"));
  std::filesystem::remove(folder / "state/master.key");
  EXPECT_THAT(Program(folder / "state").error(), HasSubstr("master.key is not there"));
  EXPECT_FALSE(std::filesystem::exists(folder / "state/master.key"));
  EXPECT_EQ(content_of(folder / "state/state.db"), store);
  std::ofstream(folder / "state/master.key") << key;
  ::chmod((folder / "state/master.key").c_str(), 0600);
  EXPECT_EQ(Program(folder / "state").records(), 1U);
}

// 0 when all is as it should be; where it was not, otherwise.
int refuse_a_write() {
  const TemporaryFolder folder;
  std::optional<RecordId> first;
  {
    Program program(folder / "state");
    const auto put = program.put(identity({"a.example"}));
    if (!put) return 1;
    first = put->id;
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{4096, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &none) != 0) return 2;
    const auto refused = program.put(identity({"b.example"}));
    if (refused || refused.error().what.find("state.db") == std::string::npos) return 3;
    const rlimit enough{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &enough) != 0) return 4;
  }
  Program again(folder / "state");
  if (!again.error().empty() || again.records() != 1 || !again.get(*first)) return 5;
  return again.put(identity({"b.example"})) && again.records() == 2 ? 0 : 6;
}

TEST(CertificatesOnDisk, a_write_that_the_disk_refuses_is_told_and_costs_nothing_that_is_there) {
  EXPECT_EQ(in_child(refuse_a_write), 0);
}

int take_the_right_to_write() {
  const TemporaryFolder folder;
  if (!Program(folder / "state").put(identity({"a.example"}))) return 1;
  const std::string before = content_of(folder / "state/state.db");
  ::chmod((folder / "state/state.db").c_str(), 0400);
  ::chmod((folder / "state").c_str(), 0500);
  const std::string refused = Program(folder / "state").error();
  ::chmod((folder / "state").c_str(), 0700);
  if (refused.find("the right to write") == std::string::npos) return 2;
  if (content_of(folder / "state/state.db") != before) return 3;
  ::chmod((folder / "state/state.db").c_str(), 0600);
  return Program(folder / "state").records() == 1 ? 0 : 4;
}

TEST(CertificatesOnDisk, a_read_only_folder_is_told_and_left_alone) {
  EXPECT_EQ(in_unprivileged_child(take_the_right_to_write), 0);
}

}  // namespace
}  // namespace gatehouse::certs
