#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "kv/memory_engine.h"

namespace gatehouse::kv::testing {

// What a test does to a ScriptedEngine, which a StoreThread owns.
class Script {
 public:
  // Calls of get() stop until let_go(); arrived() waits for the first to do so.
  void hold() { set(held_, true); }
  void let_go() { set(held_, false); }
  void await_arrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_; });
  }
  void await_tidied() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return tidied_; });
  }

  std::atomic<bool> ends_fail = false;
  std::atomic<bool> untidy = false;

  // The engine's side.
  void pass() {
    set(arrived_, true);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !held_; });
  }
  void tidied() {
    untidy = false;
    set(tidied_, true);
  }

 private:
  void set(bool& what, bool to) {
    const std::lock_guard lock(mutex_);
    what = to;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool arrived_ = false;
  bool tidied_ = false;
};

// Memory that is as slow, or fails, as the test says.
class ScriptedEngine final : public Engine {
 public:
  explicit ScriptedEngine(Script& script) : script_(script) {}

  Revision revision() const override { return memory_.revision(); }
  Result<std::optional<Entry>> get(std::string_view key) override {
    script_.pass();
    return memory_.get(key);
  }
  Result<Both> get_both(std::string_view first, std::string_view second) override {
    return memory_.get_both(first, second);
  }
  Result<Page> list(const ListRequest& request) override { return memory_.list(request); }
  Result<EngineOutcome> commit(const Transaction& transaction) override {
    return memory_.commit(transaction);
  }
  Result<Lease> grant(std::chrono::seconds duration) override { return memory_.grant(duration); }
  Result<Applied> end(Lease lease) override {
    if (script_.ends_fail) return fail(Fault::machine, "the disk is full");
    return memory_.end(lease);
  }
  Result<std::vector<GrantedLease>> leases() override { return memory_.leases(); }
  Result<Ok> for_each(std::string_view prefix, const Visitor& visitor) override {
    return memory_.for_each(prefix, visitor);
  }
  bool untidy() const override { return script_.untidy; }
  void tidy() override { script_.tidied(); }

 private:
  Script& script_;
  MemoryEngine memory_;
};

}  // namespace gatehouse::kv::testing
