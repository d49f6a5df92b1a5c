#include "certs/store/record_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "certs/store/fields.h"
#include "certs/store/record_codec.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

constexpr std::uint8_t kTime = 1;

std::string_view last_part(std::string_view key) { return key.substr(key.rfind('/') + 1); }

// Where the next page goes on.
std::string next_of(const kv::Page& page) { return page.more ? page.entries.back().key : ""; }

std::optional<RecordId> id_in(const kv::Entry& entry, RecordReader::In in) {
  const auto text = in == RecordReader::In::value ? as_text(entry.value) : last_part(entry.key);
  auto id = RecordId::parse(text);
  if (!id) return std::nullopt;
  return *id;
}

}  // namespace

std::unexpected<Error> damaged_entry(std::string_view key) {
  return fail(Fault::machine,
              fmt::format("the entry {} of the certificate store is damaged: put a copy of the "
                          "store from a backup in its place",
                          kv::key_text(key)),
              ErrorKind::invalid);
}

std::unexpected<Error> no_record(const RecordId& id) {
  return fail(Fault::operator_input,
              fmt::format("there is no certificate with the id {} in the store", id.text()),
              ErrorKind::not_found);
}

Bytes encode_time(WallTime time) { return FieldWriter().time(kTime, time).take(); }

std::optional<WallTime> decode_time(ByteView value) {
  FieldReader reader(value);
  const auto time = reader.time(kTime);
  return reader.done() ? time : std::nullopt;
}

bool RecordFilter::takes(const Record& record) const {
  return (!shelf || record.shelf == *shelf) && (!owner || record.owner == *owner) &&
         (!origin || record.origin == *origin) && (!role || record.has(*role)) &&
         (!ends_before || record.not_after < *ends_before);
}

io::Task<Result<KeptRecord>> RecordReader::get(RecordId id, io::Deadline deadline) const {
  auto entry = co_await store_.get(keys::record(id), deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) co_return no_record(id);
  auto record = decode_record((*entry)->value);
  if (!record || record->id != id) co_return damaged_entry((*entry)->key);
  co_return KeptRecord{std::move(*record), (*entry)->revision};
}

io::Task<Result<Record>> RecordReader::record(RecordId id, io::Deadline deadline) const {
  auto kept = co_await get(id, deadline);
  if (!kept) co_return pass_on(kept);
  auto served = co_await store_.get(keys::served(id), deadline);
  if (!served) co_return pass_on(served);
  if (*served) kept->record.last_served = decode_time((*served)->value);
  co_return std::move(kept->record);
}

io::Task<Result<RecordPage>> RecordReader::list(RecordFilter filter, std::string after,
                                                std::size_t limit, io::Deadline deadline) const {
  RecordPage page;
  const std::string start = after;
  do {
    auto entries = co_await store_.list({.prefix = std::string(keys::kRecords),
                                         .after = after,
                                         .limit = std::clamp<std::size_t>(limit, 1, 1000)},
                                        deadline);
    if (!entries) co_return pass_on(entries);
    for (const auto& entry : entries->entries) {
      auto record = decode_record(entry.value);
      if (!record) co_return damaged_entry(entry.key);
      if (filter.takes(*record)) page.records.push_back(std::move(*record));
    }
    after = next_of(*entries);
  } while (!after.empty() && page.records.size() < limit);
  page.next = after;
  if (auto added = co_await add_served_times(page.records, start, deadline); !added) {
    co_return pass_on(added);
  }
  co_return page;
}

io::Task<Result<Ok>> RecordReader::add_served_times(std::vector<Record>& records, std::string after,
                                                    io::Deadline deadline) const {
  if (records.empty()) co_return Ok{};
  std::string from;
  if (!after.empty()) from = std::string(keys::kServedTimes) + std::string(last_part(after));
  auto record = records.begin();
  const std::string last = keys::served(records.back().id);
  do {
    auto page =
        co_await store_.list({.prefix = std::string(keys::kServedTimes), .after = from}, deadline);
    if (!page) co_return pass_on(page);
    for (const auto& entry : page->entries) {
      while (record != records.end() && keys::served(record->id) < entry.key) ++record;
      if (record == records.end()) co_return Ok{};
      if (keys::served(record->id) == entry.key) record->last_served = decode_time(entry.value);
    }
    from = next_of(*page);
  } while (!from.empty() && from < last);
  co_return Ok{};
}

io::Task<Result<SummaryPage>> RecordReader::summaries(Shelf shelf, std::string after,
                                                      io::Deadline deadline) const {
  auto entries =
      co_await store_.list({.prefix = keys::summaries(shelf), .after = std::move(after)}, deadline);
  if (!entries) co_return pass_on(entries);
  SummaryPage page;
  page.summaries.reserve(entries->entries.size());
  for (const auto& entry : entries->entries) {
    auto summary = decode_summary(entry.value);
    if (!summary) co_return damaged_entry(entry.key);
    page.summaries.push_back(std::move(*summary));
  }
  page.next = next_of(*entries);
  co_return page;
}

io::Task<Result<std::vector<HistoryEntry>>> RecordReader::history(RecordId id,
                                                                  io::Deadline deadline) const {
  std::vector<HistoryEntry> history;
  std::string after;
  do {
    auto page = co_await store_.list({.prefix = keys::history(id), .after = after}, deadline);
    if (!page) co_return pass_on(page);
    for (const auto& kept : page->entries) {
      auto entry = decode_history(kept.value);
      if (!entry) co_return damaged_entry(kept.key);
      history.push_back(std::move(*entry));
    }
    after = next_of(*page);
  } while (!after.empty());
  if (history.empty()) co_return no_record(id);
  co_return history;
}

io::Task<Result<std::vector<RecordId>>> RecordReader::ids(std::string prefix, In in,
                                                          io::Deadline deadline) const {
  std::vector<RecordId> found;
  std::string after;
  do {
    auto page = co_await store_.list({.prefix = prefix, .after = after}, deadline);
    if (!page) co_return pass_on(page);
    for (const auto& entry : page->entries) {
      const auto id = id_in(entry, in);
      if (!id) co_return damaged_entry(entry.key);
      found.push_back(*id);
    }
    after = next_of(*page);
  } while (!after.empty());
  co_return found;
}

io::Task<Result<std::vector<RecordId>>> RecordReader::id_at(std::string key,
                                                            io::Deadline deadline) const {
  std::vector<RecordId> found;
  auto entry = co_await store_.get(std::move(key), deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) co_return found;
  const auto id = id_in(**entry, In::value);
  if (!id) co_return damaged_entry((*entry)->key);
  found.push_back(*id);
  co_return found;
}

io::Task<Result<std::vector<Record>>> RecordReader::records(std::vector<RecordId> ids,
                                                            io::Deadline deadline) const {
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
  std::vector<Record> found;
  for (const RecordId& id : ids) {
    auto one = co_await record(id, deadline);
    if (one) {
      found.push_back(std::move(*one));
    } else if (one.error().kind != ErrorKind::not_found) {
      co_return pass_on(one);
    }
  }
  co_return found;
}

}  // namespace gatehouse::certs
