#include "certs/store/served_times.h"

#include <algorithm>
#include <cstring>

#include "certs/store/record_reader.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kMostOfBatch = 100;
static_assert(kMostOfBatch <= kv::kMostWrites && kMostOfBatch <= kv::kMostConditions);

bool is_due(WallTime seen, WallTime learnt) {
  return learnt == WallTime::min() || seen - learnt >= ServedTimes::kGranularity;
}

}  // namespace

// The beginning of an id is as good as all of it: ids are random.
std::size_t ServedTimes::Hash::operator()(const RecordId& id) const {
  std::size_t hash = 0;
  std::memcpy(&hash, id.bytes().data(), sizeof hash);
  return hash;
}

void ServedTimes::note(const RecordId& id, WallTime when) {
  Time& time = times_[id];
  const bool was_due = time.seen != WallTime{} && is_due(time.seen, time.learnt);
  time.seen = std::max(time.seen, when);
  if (!was_due && is_due(time.seen, time.learnt)) pending_.push_back(id);
}

ServedTimes::Batch ServedTimes::next_batch() {
  Batch batch;
  while (!pending_.empty() && batch.times.size() < kMostOfBatch) {
    const RecordId id = pending_.back();
    pending_.pop_back();
    const auto found = times_.find(id);
    if (found == times_.end()) continue;
    Time& time = found->second;
    time.learnt = time.seen;
    batch.times.emplace_back(id, time.seen);
    batch.transaction.conditions.push_back(kv::Condition::exists(keys::record(id)));
    batch.transaction.writes.emplace_back(kv::Put{keys::served(id), encode_time(time.seen)});
  }
  return batch;
}

void ServedTimes::put_back(const Batch& batch) {
  for (const auto& [id, when] : batch.times) {
    const auto found = times_.find(id);
    if (found == times_.end()) continue;
    Time& time = found->second;
    // Noted again meanwhile, and pending for that.
    if (is_due(time.seen, time.learnt)) continue;
    time.learnt = WallTime::min();
    pending_.push_back(id);
  }
}

void ServedTimes::forget(const RecordId& id) { times_.erase(id); }

}  // namespace gatehouse::certs
