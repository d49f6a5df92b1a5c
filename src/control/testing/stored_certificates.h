#pragma once

#include "certs/renewal/default_identity.h"
#include "certs/store/testing/store_fixture.h"
#include "control/stored_usage.h"
#include "io/run_until_done.h"
#include "kv/memory_store.h"

namespace gatehouse::control::testing {

// A certificate store in memory, opened when it is first asked for.
class StoredCertificates {
 public:
  // `state`: where the copies of the default identity lie, for who needs one.
  explicit StoredCertificates(io::Reactor& reactor, std::filesystem::path state = {})
      : reactor_(reactor), state_(std::move(state)) {}

  certs::CertificateStore& store() {
    if (!store_) {
      store_ = std::move(
          run(certs::CertificateStore::open(memory_, reactor_, master_, usage_, soon())).value());
    }
    return *store_;
  }
  // For who opens it when it is needed.
  auto opener() {
    return [this]() -> certs::CertificateStore& { return store(); };
  }
  // For who needs the default identity.
  auto keeper() {
    return [this]() -> certs::DefaultIdentityKeeper& {
      if (!keeper_) {
        authorities_.emplace(memory_, store(), reactor_.clock());
        keeper_.emplace(certs::DefaultIdentityKeeper::Parts{.state = state_,
                                                            .entries = memory_,
                                                            .certificates = store(),
                                                            .authorities = *authorities_,
                                                            .clock = reactor_.clock()});
        usage_.ask([this](const certs::RecordId& id) { return authorities_->users(id); });
        usage_.ask([this](const certs::RecordId& id) { return keeper_->users(id); });
      }
      return *keeper_;
    };
  }
  certs::Record put(std::string_view name, const crypto::Identity& identity) {
    return run(store().put({.content = identity, .name = certs::RecordName::parse(name).value()},
                           {"tester", "to try"}, soon()))
        .value();
  }
  certs::Record replace(const certs::RecordId& id, const crypto::Identity& identity) {
    return run(store().replace(id, identity, {"tester", "to try"}, soon())).value();
  }
  Result<Ok> remove(const certs::RecordId& id) {
    return run(store().remove(id, {"tester", "to try"}, soon()));
  }
  StoredUsage& usage() { return usage_; }

 private:
  template <class T>
  T run(io::Task<T> task) {
    return io::run_until_done(reactor_, std::move(task));
  }
  io::Deadline soon() const { return reactor_.in(std::chrono::minutes(1)); }

  io::Reactor& reactor_;
  std::filesystem::path state_;
  kv::MemoryStore memory_{reactor_};
  certs::testing::FakeMaster master_;
  StoredUsage usage_;
  std::unique_ptr<certs::CertificateStore> store_;
  std::optional<certs::AuthorityStore> authorities_;
  std::optional<certs::DefaultIdentityKeeper> keeper_;
};

}  // namespace gatehouse::control::testing
