#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/record.h"
#include "certs/store/history.h"
#include "kv/store.h"

namespace gatehouse::certs {

// A record as it stands in kv.
struct KeptRecord {
  Record record;
  kv::Revision revision = 0;  // for kv::Condition::at()
};

// Part of a list; `after` of the next call is the `next` of this one, empty at the end.
struct RecordPage {
  std::vector<Record> records;
  std::string next;
};
struct SummaryPage {
  std::vector<RecordSummary> summaries;
  std::string next;
};

// Which records a list is of; what is not set does not count.
struct RecordFilter {
  std::optional<Shelf> shelf = {};
  std::optional<Owner> owner = {};
  std::optional<Origin> origin = {};
  std::optional<Role> role = {};
  std::optional<WallTime> ends_before = {};

  bool takes(const Record& record) const;
};

// What is in the store, without private keys. Errors of all calls: `not_found`; those of kv;
// `invalid`: an entry is damaged.
class RecordReader {
 public:
  explicit RecordReader(kv::Store& store) : store_(store) {}

  io::Task<Result<KeptRecord>> get(RecordId id, io::Deadline deadline) const;
  // With the time of its last use.
  io::Task<Result<Record>> record(RecordId id, io::Deadline deadline) const;
  // About `limit` records in the order of their ids; 1 to 1000.
  io::Task<Result<RecordPage>> list(RecordFilter filter, std::string after, std::size_t limit,
                                    io::Deadline deadline) const;
  // Up to 1000 in the order of their ids.
  io::Task<Result<SummaryPage>> summaries(Shelf shelf, std::string after,
                                          io::Deadline deadline) const;
  // Oldest first; also of a certificate that was removed. Errors: not_found, there never was one.
  io::Task<Result<std::vector<HistoryEntry>>> history(RecordId id, io::Deadline deadline) const;

  // The ids in the values of the keys with this prefix, or behind the prefix in the keys.
  enum class In : unsigned char { value, key };
  io::Task<Result<std::vector<RecordId>>> ids(std::string prefix, In in,
                                              io::Deadline deadline) const;
  // The one in the value of this key; none where there is no such key.
  io::Task<Result<std::vector<RecordId>>> id_at(std::string key, io::Deadline deadline) const;
  // Those of them that are there.
  io::Task<Result<std::vector<Record>>> records(std::vector<RecordId> ids,
                                                io::Deadline deadline) const;

 private:
  io::Task<Result<Ok>> add_served_times(std::vector<Record>& records, std::string after,
                                        io::Deadline deadline) const;

  kv::Store& store_;
};

std::unexpected<Error> damaged_entry(std::string_view key);
std::unexpected<Error> no_record(const RecordId& id);

// A time as the value of a key: eight bytes, seconds.
Bytes encode_time(WallTime time);
std::optional<WallTime> decode_time(ByteView value);

}  // namespace gatehouse::certs
