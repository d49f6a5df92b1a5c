#pragma once

#include <chrono>
#include <unordered_map>
#include <vector>

#include "certs/record.h"
#include "kv/transaction.h"

namespace gatehouse::certs {

// When certificates were last served, gathered in memory so that a handshake writes nothing: the
// store learns of it at most once an hour for each. One thread.
class ServedTimes {
 public:
  static constexpr std::chrono::hours kGranularity{1};

  void note(const RecordId& id, WallTime when);

  // Some that the store should learn of, as one transaction; empty when there is none. They count
  // as learnt.
  struct Batch {
    std::vector<std::pair<RecordId, WallTime>> times;
    kv::Transaction transaction;  // its conditions are in the order of `times`
  };
  Batch next_batch();
  // The batch was not written: it comes again.
  void put_back(const Batch& batch);
  // There is no such record any more.
  void forget(const RecordId& id);

 private:
  struct Time {
    WallTime seen;
    WallTime learnt = WallTime::min();
  };
  struct Hash {
    std::size_t operator()(const RecordId& id) const;
  };

  std::unordered_map<RecordId, Time, Hash> times_;
  std::vector<RecordId> pending_;  // each at most once
};

}  // namespace gatehouse::certs
