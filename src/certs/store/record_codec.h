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

// What a handshake needs of a record, without reading the certificates.
struct KeptChain {
  RecordId id;
  std::vector<ByteView> chain;  // DER, leaf first, never empty; borrowed from the value
};
std::optional<KeptChain> decode_chain(ByteView value);

Bytes encode_summary(const RecordSummary& summary);
std::optional<RecordSummary> decode_summary(ByteView value);

}  // namespace gatehouse::certs
