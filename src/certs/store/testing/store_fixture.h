#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "certs/store/certificate_store.h"
#include "certs/testing/records.h"
#include "kv/memory_store.h"
#include "kv/testing/harness.h"

namespace gatehouse::certs::testing {

inline MasterSecret master_key(char fill) {
  return MasterKey{Secret(std::string(MasterKey::kBytes, fill))};
}
inline MasterSecret passphrase(std::string_view text) { return MasterPassphrase{Secret(text)}; }

inline MasterSecret copy_of(const MasterSecret& secret) {
  if (const auto* key = std::get_if<MasterKey>(&secret)) {
    return MasterKey{Secret(key->bytes.view())};
  }
  return MasterPassphrase{Secret(std::get<MasterPassphrase>(secret).text.view())};
}

// Holds one secret, or makes one.
class FakeMaster final : public MasterSource {
 public:
  std::optional<MasterSecret> secret;
  int made = 0;

  Result<std::optional<MasterSecret>> read() override {
    if (!secret) return std::optional<MasterSecret>{};
    return std::optional<MasterSecret>(copy_of(*secret));
  }
  Result<MasterSecret> make() override {
    ++made;
    secret = master_key('m');
    return copy_of(*secret);
  }
  std::string where() const override { return "the master key of the test"; }
};

class FakeUsage final : public Usage {
 public:
  std::map<RecordId, std::vector<std::string>> all;

  std::vector<std::string> users(const RecordId& id) const override {
    const auto found = all.find(id);
    return found == all.end() ? std::vector<std::string>{} : found->second;
  }
};

// Cheap, for tests that need a passphrase at all.
inline constexpr PassphraseCost kCheap{.memory_kib = 64, .passes = 1, .lanes = 1};

// A certificate store in memory.
class StoreFixture : public ::testing::Test {
 protected:
  template <class T>
  T run(io::Task<T> task) {
    return kv::testing::run(reactor, std::move(task));
  }
  io::Deadline soon() { return kv::testing::soon(reactor); }
  // The value of a result that has to be one.
  template <class T>
  static T must(Result<T> result) {
    if (!result) {
      ADD_FAILURE() << result.error().what;
      std::abort();
    }
    return std::move(*result);
  }

  Result<std::unique_ptr<CertificateStore>> try_open() {
    return run(CertificateStore::open(memory, reactor, master, usage, soon(), kCheap));
  }
  CertificateStore& store() {
    if (!store_) store_ = must(try_open());
    return *store_;
  }
  // As after a new start.
  void reopen() { store_.reset(); }

  Result<Record> try_put(NewRecord content) {
    return run(store().put(std::move(content), {"tester", "to try"}, soon()));
  }
  Record put(NewRecord content) { return must(try_put(std::move(content))); }
  Record put(std::string_view name, const crypto::Identity& identity) {
    return put({.content = identity, .name = RecordName::parse(name).value()});
  }
  Result<Choice> find(std::string_view selector) {
    return run(store().find({.selector = Selector::parse(selector).value()}, soon()));
  }
  Record record(const RecordId& id) { return must(run(store().reader().record(id, soon()))); }
  std::vector<HistoryEntry> history(const RecordId& id) {
    return must(run(store().reader().history(id, soon())));
  }
  // Everything that rests in kv.
  std::vector<kv::Entry> everything() {
    std::vector<kv::Entry> all;
    kv::Page page;
    do {
      page = must(
          run(memory.list({.prefix = "", .after = all.empty() ? "" : all.back().key}, soon())));
      all.insert(all.end(), page.entries.begin(), page.entries.end());
    } while (page.more);
    return all;
  }

  FakeClock clock{kNow};
  io::Reactor reactor{clock};
  kv::MemoryStore memory{reactor};
  FakeMaster master;
  FakeUsage usage;

 private:
  std::unique_ptr<CertificateStore> store_;
};

}  // namespace gatehouse::certs::testing
