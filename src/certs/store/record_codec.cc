#include "certs/store/record_codec.h"

#include <algorithm>
#include <cstdint>

#include "certs/store/fields.h"

namespace gatehouse::certs {
namespace {

enum Tag : std::uint8_t {
  kId = 1,
  kShelf,
  kName,
  kOwner,
  kOrigin,
  kCreated,
  kVersion,
  kChainLength,
  kCertificate,
  kServerName,
  kNotAfter,
  kSha256,
};

std::optional<RecordId> read_id(FieldReader& reader) {
  const auto bytes = reader.bytes(kId);
  if (!bytes) return std::nullopt;
  auto id = RecordId::parse(crypto::hex(*bytes));
  if (!id) return std::nullopt;
  return *id;
}

// As it was written: a name keeps no spaces at its ends.
std::optional<RecordName> read_name(FieldReader& reader) {
  const auto text = reader.text(kName);
  auto name = RecordName::parse(text.value_or(""));
  if (!name || name->text() != text) return std::nullopt;
  return std::move(*name);
}

std::optional<std::uint32_t> read_version(FieldReader& reader) {
  const auto version = reader.number(kVersion);
  if (!version || *version < 1 || *version > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*version);
}

std::optional<RecordFacts> read_facts(FieldReader& reader) {
  const auto id = read_id(reader);
  const auto shelf = shelf_of(reader.text(kShelf).value_or(""));
  auto name = read_name(reader);
  auto owner = Owner::parse(reader.text(kOwner).value_or(""));
  const auto origin = origin_of(reader.text(kOrigin).value_or(""));
  const auto created = reader.time(kCreated);
  const auto version = read_version(reader);
  if (!id || !shelf || !name || !owner || !origin || !created || !version) return std::nullopt;
  return RecordFacts{*id, *shelf, std::move(*name), std::move(*owner), *origin, *created, *version};
}

std::optional<std::vector<crypto::Certificate>> read_chain(FieldReader& reader) {
  const auto length = reader.number(kChainLength);
  std::vector<crypto::Certificate> chain;
  while (const auto der = reader.bytes(kCertificate)) {
    auto certificate = crypto::Certificate::from_der(*der);
    if (!certificate) return std::nullopt;
    chain.push_back(std::move(*certificate));
  }
  if (chain.empty() || length != static_cast<std::int64_t>(chain.size())) return std::nullopt;
  return chain;
}

}  // namespace

Bytes encode_record(const Record& record) {
  FieldWriter writer;
  writer.bytes(kId, record.id.bytes())
      .text(kShelf, shelf_text(record.shelf))
      .text(kName, record.name.text())
      .text(kOwner, record.owner.text())
      .text(kOrigin, origin_text(record.origin))
      .time(kCreated, record.created)
      .number(kVersion, record.version)
      .number(kChainLength, static_cast<std::int64_t>(record.chain.size()));
  for (const auto& certificate : record.chain) writer.bytes(kCertificate, certificate.der());
  return writer.take();
}

std::optional<Record> decode_record(ByteView value) {
  FieldReader reader(value);
  auto facts = read_facts(reader);
  if (!facts) return std::nullopt;
  auto chain = read_chain(reader);
  if (!chain || !reader.done()) return std::nullopt;
  return Record(std::move(*facts), std::move(*chain));
}

Bytes encode_summary(const RecordSummary& summary) {
  FieldWriter writer;
  writer.bytes(kId, summary.id.bytes());
  for (const auto& name : summary.names) writer.text(kServerName, name);
  writer.time(kNotAfter, summary.not_after).bytes(kSha256, summary.sha256);
  return writer.take();
}

std::optional<RecordSummary> decode_summary(ByteView value) {
  FieldReader reader(value);
  RecordSummary summary;
  const auto id = read_id(reader);
  while (const auto name = reader.text(kServerName)) summary.names.emplace_back(*name);
  const auto not_after = reader.time(kNotAfter);
  const auto digest = reader.bytes(kSha256);
  if (!id || !not_after || !digest || digest->size() != summary.sha256.size() || !reader.done()) {
    return std::nullopt;
  }
  summary.id = *id;
  summary.not_after = *not_after;
  std::ranges::copy(*digest, summary.sha256.begin());
  return summary;
}

}  // namespace gatehouse::certs
