#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "kv/testing/harness.h"

namespace gatehouse::kv::testing {

inline Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

inline Change put_change(std::string_view key, std::string_view value, Revision revision,
                         Lease lease = Lease::none) {
  return {std::string(key), bytes(value), revision, lease};
}

inline Change erase_change(std::string_view key, Revision revision) {
  return {std::string(key), std::nullopt, revision, Lease::none};
}

// What every implementation of Store passes. Its test file includes conformance.h and says
//   INSTANTIATE_TEST_SUITE_P(Memory, Conformance, ::testing::Values(&make_memory_harness));
class Conformance : public ::testing::TestWithParam<MakeHarness> {
 protected:
  template <class T>
  T run(io::Task<T> task) {
    return testing::run(harness->reactor(), std::move(task));
  }
  io::Deadline soon() { return testing::soon(harness->reactor()); }

  Result<Outcome> commit(Transaction transaction) {
    return run(store.commit(std::move(transaction), soon()));
  }
  // The revision that a transaction came to; 0 and a failure of the test when it did not happen.
  Revision done(Transaction transaction) {
    auto outcome = commit(std::move(transaction));
    if (!outcome) {
      ADD_FAILURE() << outcome.error().what;
      return 0;
    }
    const auto* committed = std::get_if<Committed>(&*outcome);
    EXPECT_NE(committed, nullptr) << "a conflict";
    return committed == nullptr ? 0 : committed->revision;
  }
  Revision put(std::string_view key, std::string_view value, Lease lease = Lease::none) {
    return done({{}, {Put{std::string(key), bytes(value), lease}}});
  }
  Revision erase(std::string_view key) { return done({{}, {Erase{std::string(key)}}}); }

  std::optional<Entry> get(std::string_view key) {
    auto entry = run(store.get(std::string(key), soon()));
    if (!entry) ADD_FAILURE() << entry.error().what;
    return entry ? *entry : std::nullopt;
  }
  Page list(ListRequest request) {
    auto page = run(store.list(std::move(request), soon()));
    if (!page) ADD_FAILURE() << page.error().what;
    return page ? *page : Page{};
  }
  std::vector<std::string> keys(std::string_view prefix) {
    std::vector<std::string> names;
    for (const auto& entry : list({.prefix = std::string(prefix)}).entries)
      names.push_back(entry.key);
    return names;
  }
  Revision now() { return list({.prefix = "none/", .limit = 1}).revision; }

  Lease grant(std::chrono::seconds duration) {
    auto lease = run(store.grant(duration, soon()));
    if (!lease) ADD_FAILURE() << lease.error().what;
    return lease ? *lease : Lease::none;
  }

  std::unique_ptr<Watch> watch(std::string_view prefix, Revision since) {
    auto watch = run(store.watch(std::string(prefix), since, soon()));
    if (!watch) ADD_FAILURE() << watch.error().what;
    return watch ? std::move(*watch) : nullptr;
  }
  Heard hear(Watch& watch) {
    auto heard = run(watch.next(soon()));
    if (!heard) ADD_FAILURE() << heard.error().what;
    return heard ? *heard : Heard{};
  }
  // The next `count` changes, in as many parts as they come.
  Changes changes(Watch& watch, std::size_t count) {
    Changes all;
    while (all.size() < count) {
      const Heard heard = hear(watch);
      const auto* some = std::get_if<Changes>(&heard);
      if (some == nullptr || some->empty()) {
        ADD_FAILURE() << "heard " << all.size() << " of " << count << " changes";
        break;
      }
      all.insert(all.end(), some->begin(), some->end());
    }
    return all;
  }
  // What is heard in a wait of half a second.
  Heard hear_briefly(Watch& watch) {
    std::optional<Result<Heard>> heard;
    io::Scope scope(harness->reactor());
    scope.spawn(
        detail::keep(watch.next(harness->reactor().in(std::chrono::milliseconds(500))), heard));
    while (scope.running() != 0) harness->advance(std::chrono::seconds(1));
    if (!*heard) ADD_FAILURE() << heard->error().what;
    return *heard ? **heard : Heard{};
  }

  std::unique_ptr<Harness> harness = GetParam()();
  Store& store = harness->store();
};

}  // namespace gatehouse::kv::testing
