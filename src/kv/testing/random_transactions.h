#pragma once

#include <map>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kv/engine.h"

namespace gatehouse::kv::testing {

// The same transactions for the same seed, on few keys, so that conditions and replacements meet.
class RandomTransactions {
 public:
  explicit RandomTransactions(unsigned seed) : random_(seed) {}

  // Revisions in conditions are guessed below `revision`.
  Transaction next(Revision revision) {
    Transaction transaction;
    std::vector<std::string> keys;
    for (int i = 0; i < 12; ++i) keys.push_back(fmt::format("key/{}", i));
    std::ranges::shuffle(keys, random_);
    for (auto n = number(3) == 0 ? number(3) : 0U; n > 0; --n)
      transaction.conditions.push_back(condition(keys[number(12)], revision));
    for (auto n = number(5); n > 0; --n) transaction.writes.push_back(write(keys[n]));
    return transaction;
  }

  unsigned number(unsigned below) { return static_cast<unsigned>(random_() % below); }

 private:
  Condition condition(const std::string& key, Revision revision) {
    switch (number(3)) {
      case 0: return Condition::absent(key);
      case 1: return Condition::exists(key);
      default: return Condition::at(key, 1 + number(static_cast<unsigned>(revision)));
    }
  }

  // Values of no bytes up to several pages of a file.
  Write write(const std::string& key) {
    if (number(4) == 0) return Erase{key};
    const std::size_t size = number(8) == 0 ? number(20000) : number(100);
    return Put{key, Bytes(size, static_cast<std::uint8_t>(number(256)))};
  }

  std::mt19937 random_;
};

// All that a store holds.
using Contents = std::map<std::string, Entry>;

inline Contents contents_of(Engine& engine) {
  Contents all;
  const auto read = engine.for_each("", [&](const EntryView& entry) {
    all.emplace(entry.key, Entry{std::string(entry.key),
                                 {entry.value.begin(), entry.value.end()},
                                 entry.revision,
                                 entry.lease});
  });
  EXPECT_TRUE(read.has_value()) << read.error().what;
  return all;
}

}  // namespace gatehouse::kv::testing
