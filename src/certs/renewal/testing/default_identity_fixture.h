#pragma once

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "certs/renewal/default_identity.h"
#include "certs/store/identity_files.h"
#include "certs/store/testing/faulty_store.h"
#include "certs/store/testing/store_fixture.h"
#include "crypto/verify.h"

namespace gatehouse::certs::testing {

inline ServerName name(std::string_view text) { return ServerName::parse(text).value(); }
inline NamePattern pattern(std::string_view text) { return NamePattern::parse(text).value(); }

inline DefaultIdentityRequest request_of(std::initializer_list<std::string_view> hosts = {}) {
  DefaultIdentityRequest request;
  request.machine = {
      name("gate1"), name("gate1.plant4.local"), name("plant4.local"), {name("10.20.0.5")}};
  for (const auto host : hosts) request.hosts.push_back(pattern(host));
  return request;
}

// A store in memory, of which the n-th write may fail, and a state folder below a temporary one;
// the notice about that is not what these tests look at.
class DefaultIdentityTest : public ::testing::Test {
 protected:
  template <class T>
  T run(io::Task<T> task) {
    return kv::testing::run(reactor_, std::move(task));
  }
  io::Deadline soon() { return kv::testing::soon(reactor_); }
  template <class T>
  static T must(Result<T> result) {
    if (!result) {
      ADD_FAILURE() << result.error().what;
      std::abort();
    }
    return std::move(*result);
  }

  CertificateStore& store() {
    if (!store_) {
      store_ =
          must(run(CertificateStore::open(faulty_, reactor_, master_, usage_, soon(), kCheap)));
    }
    return *store_;
  }
  AuthorityStore& authorities() {
    if (!authorities_) authorities_.emplace(faulty_, store(), clock_);
    return *authorities_;
  }
  DefaultIdentityKeeper& keeper() {
    if (!keeper_) {
      keeper_.emplace(DefaultIdentityKeeper::Parts{.state = path_,
                                                   .entries = faulty_,
                                                   .certificates = store(),
                                                   .authorities = authorities(),
                                                   .clock = clock_,
                                                   .copy_key = copy_key_,
                                                   .before_step = before_step_});
    }
    return *keeper_;
  }
  // As after a new start.
  void reopen() {
    keeper_.reset();
    authorities_.reset();
    store_.reset();
  }

  Result<DefaultIdentity> try_ensure(const DefaultIdentityRequest& request) {
    auto result = run(keeper().ensure(request, soon()));
    if (result) {
      std::erase_if(result->notices, [](const auto& one) { return one.contains("is temporary"); });
    }
    return result;
  }
  DefaultIdentity ensure(const DefaultIdentityRequest& request = request_of()) {
    return must(try_ensure(request));
  }

  bool accepted(const DefaultIdentity& found, std::string_view server) const {
    const std::vector anchors{
        crypto::Certificate::from_pem(gatehouse::testing::content_of(found.anchor_file)).value()};
    return crypto::verify_server_chain(found.identity.chain, anchors, name(server), clock_.wall())
        .has_value();
  }

  StateFolder folder() const { return StateFolder::open(path_).value(); }
  unsigned mode_of(std::string_view file) const {
    struct stat facts{};
    return stat((path_ / file).c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
  }
  bool is_there(std::string_view file) const { return std::filesystem::exists(path_ / file); }

  Authority machine() {
    return must(run(authorities().reader().get(AuthorityName::machine(), soon())));
  }
  Record record(const RecordId& id) { return must(run(store().reader().record(id, soon()))); }
  std::vector<HistoryEntry> history(const RecordId& id) {
    return must(run(store().reader().history(id, soon())));
  }
  std::vector<Record> records() {
    return must(run(store().reader().list({}, "", 1000, soon()))).records;
  }
  std::vector<kv::Entry> everything() {
    return must(run(memory_.list({.prefix = ""}, soon()))).entries;
  }

  gatehouse::testing::TemporaryFolder home_;
  std::filesystem::path path_ = home_ / "state";
  bool copy_key_ = true;
  BeforeStep before_step_;
  FakeClock clock_;
  io::Reactor reactor_{clock_};
  kv::MemoryStore memory_{reactor_};
  FaultyStore faulty_{memory_};
  FakeMaster master_;
  FakeUsage usage_;

 private:
  std::unique_ptr<CertificateStore> store_;
  std::optional<AuthorityStore> authorities_;
  std::optional<DefaultIdentityKeeper> keeper_;
};

}  // namespace gatehouse::certs::testing
