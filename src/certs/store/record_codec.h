#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "certs/record.h"

namespace gatehouse::certs {

// Records as values of the store. What the certificate says is not written beside it, so that the
// two cannot disagree. Without private keys. Damaged values are nothing.
Bytes encode_record(const Record& record);
std::optional<Record> decode_record(ByteView value);

Bytes encode_summary(const RecordSummary& summary);
std::optional<RecordSummary> decode_summary(ByteView value);

}  // namespace gatehouse::certs
