#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "certs/record.h"
#include "kv/store.h"

namespace gatehouse::certs {

// Which records of the store are the default identity, whatever they are called.
struct DefaultRecords {
  std::optional<RecordId> by_default;
  std::optional<RecordId> self_signed;
  // When the files of a version before the store were taken over.
  std::optional<WallTime> taken_over;
  friend bool operator==(const DefaultRecords&, const DefaultRecords&) = default;
};

struct KeptDefaultRecords {
  DefaultRecords records;
  kv::Condition unchanged;  // for a transaction that writes them
};

Bytes encode_default_records(const DefaultRecords& records);
std::optional<DefaultRecords> decode_default_records(ByteView value);

// Where they rest in kv.
inline constexpr std::string_view kDefaultRecordsKey = "certs/default";

// None where there are none yet. Errors: those of kv; invalid, the entry is damaged.
io::Task<Result<KeptDefaultRecords>> read_default_records(kv::Store& store, io::Deadline deadline);

}  // namespace gatehouse::certs
