#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "kv/store.h"

namespace gatehouse::certs::testing {

// A store of which the n-th commit fails: before it happened, or after it.
class FaultyStore final : public kv::Store {
 public:
  enum class When : unsigned char { before, after };

  explicit FaultyStore(kv::Store& store) : store_(store) {}

  // From 1; 0 is never. Counts anew from now.
  void fail_at(std::size_t commit, When when) {
    fails_at_ = commit;
    when_ = when;
    commits_ = 0;
  }
  std::size_t commits() const { return commits_; }
  // Who changes the store once between what its user reads and writes.
  std::function<void()> before_commit;

  io::Task<Result<std::optional<kv::Entry>>> get(std::string key, io::Deadline deadline) override {
    return store_.get(std::move(key), deadline);
  }
  io::Task<Result<kv::Page>> list(kv::ListRequest request, io::Deadline deadline) override {
    return store_.list(std::move(request), deadline);
  }
  io::Task<Result<kv::Outcome>> commit(kv::Transaction transaction,
                                       io::Deadline deadline) override {
    if (const auto somebody = std::exchange(before_commit, nullptr)) somebody();
    const bool fails = ++commits_ == fails_at_;
    if (fails && when_ == When::before) co_return full();
    auto outcome = co_await store_.commit(std::move(transaction), deadline);
    if (fails) co_return unknown();
    co_return outcome;
  }
  io::Task<Result<kv::Lease>> grant(std::chrono::seconds duration, io::Deadline deadline) override {
    return store_.grant(duration, deadline);
  }
  io::Task<Result<Ok>> keep_alive(kv::Lease lease, io::Deadline deadline) override {
    return store_.keep_alive(lease, deadline);
  }
  io::Task<Result<Ok>> revoke(kv::Lease lease, io::Deadline deadline) override {
    return store_.revoke(lease, deadline);
  }
  io::Task<Result<std::unique_ptr<kv::Watch>>> watch(std::string prefix, kv::Revision since,
                                                     io::Deadline deadline) override {
    return store_.watch(std::move(prefix), since, deadline);
  }

 private:
  static std::unexpected<Error> full() {
    return fail_for_now(Fault::machine, "there is no room for the store: nothing was changed");
  }
  static std::unexpected<Error> unknown() {
    return fail_for_now(Fault::machine, "whether it is carried out is not known");
  }

  kv::Store& store_;
  std::size_t commits_ = 0;
  std::size_t fails_at_ = 0;
  When when_ = When::before;
};

}  // namespace gatehouse::certs::testing
