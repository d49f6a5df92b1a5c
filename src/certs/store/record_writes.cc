#include "certs/store/record_writes.h"

#include <algorithm>

#include "certs/store/record_codec.h"
#include "certs/store/store_keys.h"
#include "crypto/distinguished_name.h"

namespace gatehouse::certs {
namespace {

using kv::Condition;
using kv::Erase;
using kv::Put;
using kv::Transaction;

// Real subjects have one or two; who has more is found by the first ones.
constexpr std::size_t kMostCommonNames = 8;

Bytes id_value(const RecordId& id) {
  const std::string text = id.text();
  return {text.begin(), text.end()};
}

// The entries by which a certificate is found, with their values.
std::vector<Put> index_of(const Record& record) {
  std::vector<Put> index;
  index.push_back(
      {keys::by_sha256(record.sha256, record.shelf, record.owner), id_value(record.id)});
  index.push_back({keys::indexed(keys::by_sha1(crypto::hex(record.sha1)), record.id), {}});
  const auto subject = crypto::DistinguishedName::parse(record.subject);
  if (!subject) return index;  // a subject that is not text of RFC 4514 is found by other means
  auto names = subject->common_names();
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  names.resize(std::min(names.size(), kMostCommonNames));
  for (const auto& name : names) {
    index.push_back({keys::indexed(keys::by_common_name(name), record.id), {}});
  }
  return index;
}

Put record_entry(const Record& record) { return {keys::record(record.id), encode_record(record)}; }

Put history_entry(const Record& after, Event event, const Cause& cause, WallTime when,
                  std::optional<Record> before) {
  return {keys::history(after.id, after.version),
          encode_history({event, when, cause, std::move(before)})};
}

void add_key(Transaction& transaction, const RecordId& id, std::optional<Bytes> sealed) {
  if (!sealed) return;
  transaction.writes.emplace_back(Put{keys::sealed_key(id), std::move(*sealed)});
}

// The index entries that `next` does not have too.
void drop_index(Transaction& transaction, const Record& old, const std::vector<Put>& next) {
  for (auto& entry : index_of(old)) {
    const bool stays = std::ranges::find(next, entry.key, &Put::key) != next.end();
    if (!stays) transaction.writes.emplace_back(Erase{std::move(entry.key)});
  }
}

}  // namespace

Transaction adding(const Record& record, std::optional<Bytes> sealed_key, const Cause& cause) {
  Transaction transaction;
  const std::string name = keys::by_name(record.shelf, record.owner, record.name);
  transaction.conditions = {Condition::absent(keys::record(record.id)), Condition::absent(name)};
  auto index = index_of(record);
  transaction.conditions.push_back(Condition::absent(index.front().key));
  transaction.writes = {
      record_entry(record),
      Put{keys::summary(record.shelf, record.id), encode_summary(summary_of(record))},
      Put{name, id_value(record.id)},
      history_entry(record, Event::added, cause, record.created, std::nullopt)};
  add_key(transaction, record.id, std::move(sealed_key));
  for (auto& entry : index) transaction.writes.emplace_back(std::move(entry));
  return transaction;
}

Transaction replacing(const KeptRecord& kept, const Record& next, std::optional<Bytes> sealed_key,
                      const Cause& cause, WallTime now) {
  Transaction transaction;
  transaction.conditions = {Condition::at(keys::record(next.id), kept.revision)};
  transaction.writes = {record_entry(next),
                        Put{keys::summary(next.shelf, next.id), encode_summary(summary_of(next))},
                        history_entry(next, Event::replaced, cause, now, kept.record)};
  add_key(transaction, next.id, std::move(sealed_key));
  auto index = index_of(next);
  if (next.sha256 != kept.record.sha256) {
    transaction.conditions.push_back(Condition::absent(index.front().key));
  }
  drop_index(transaction, kept.record, index);
  for (auto& entry : index) transaction.writes.emplace_back(std::move(entry));
  return transaction;
}

Transaction renaming(const KeptRecord& kept, const Record& next, const Cause& cause, WallTime now) {
  Transaction transaction;
  const std::string name = keys::by_name(next.shelf, next.owner, next.name);
  transaction.conditions = {Condition::at(keys::record(next.id), kept.revision),
                            Condition::absent(name)};
  transaction.writes = {
      record_entry(next), Put{name, id_value(next.id)},
      Erase{keys::by_name(kept.record.shelf, kept.record.owner, kept.record.name)},
      history_entry(next, Event::renamed, cause, now, kept.record)};
  return transaction;
}

Transaction exporting(const KeptRecord& kept, const Cause& cause, WallTime now) {
  Record next = kept.record;
  ++next.version;
  Transaction transaction;
  transaction.conditions = {Condition::at(keys::record(next.id), kept.revision)};
  transaction.writes = {record_entry(next),
                        history_entry(next, Event::key_exported, cause, now, kept.record)};
  return transaction;
}

Transaction removing(const KeptRecord& kept, const Cause& cause, WallTime now) {
  const Record& record = kept.record;
  Record after = record;
  ++after.version;
  Transaction transaction;
  transaction.conditions = {Condition::at(keys::record(record.id), kept.revision)};
  transaction.writes = {Erase{keys::record(record.id)},
                        Erase{keys::summary(record.shelf, record.id)},
                        Erase{keys::sealed_key(record.id)},
                        Erase{keys::served(record.id)},
                        Erase{keys::by_name(record.shelf, record.owner, record.name)},
                        history_entry(after, Event::removed, cause, now, record)};
  drop_index(transaction, record, {});
  return transaction;
}

}  // namespace gatehouse::certs
