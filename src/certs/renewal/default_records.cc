#include "certs/renewal/default_records.h"

#include "certs/store/fields.h"
#include "certs/store/record_reader.h"

namespace gatehouse::certs {
namespace {

enum Tag : std::uint8_t { kDefault = 1, kSelfSigned, kTakenOver };

// False: there is one, and it is damaged.
bool read_id(FieldReader& reader, Tag tag, std::optional<RecordId>& to) {
  const auto bytes = reader.bytes(tag);
  if (!bytes) return true;
  to = RecordId::from(*bytes);
  return to.has_value();
}

}  // namespace

Bytes encode_default_records(const DefaultRecords& records) {
  FieldWriter writer;
  if (records.by_default) writer.bytes(kDefault, records.by_default->bytes());
  if (records.self_signed) writer.bytes(kSelfSigned, records.self_signed->bytes());
  if (records.taken_over) writer.time(kTakenOver, *records.taken_over);
  return writer.take();
}

std::optional<DefaultRecords> decode_default_records(ByteView value) {
  FieldReader reader(value);
  DefaultRecords records;
  if (!read_id(reader, kDefault, records.by_default)) return std::nullopt;
  if (!read_id(reader, kSelfSigned, records.self_signed)) return std::nullopt;
  records.taken_over = reader.time(kTakenOver);
  if (!reader.done()) return std::nullopt;
  return records;
}

io::Task<Result<KeptDefaultRecords>> read_default_records(kv::Store& store, io::Deadline deadline) {
  const std::string key(kDefaultRecordsKey);
  auto entry = co_await store.get(key, deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) co_return KeptDefaultRecords{{}, kv::Condition::absent(key)};
  auto records = decode_default_records((*entry)->value);
  if (!records) co_return damaged_entry(key);
  co_return KeptDefaultRecords{*records, kv::Condition::at(key, (*entry)->revision)};
}

}  // namespace gatehouse::certs
