#include "certs/store/record_codec.h"

#include <algorithm>
#include <array>
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
  kNotBefore,
  kKeyAlgorithm,
  kRole,
};

constexpr std::array<std::pair<crypto::KeyAlgorithm, std::string_view>, 3> kAlgorithms{
    {{crypto::KeyAlgorithm::ecdsa, "ecdsa"},
     {crypto::KeyAlgorithm::rsa, "rsa"},
     {crypto::KeyAlgorithm::ed25519, "ed25519"}}};

std::string_view word_of(crypto::KeyAlgorithm algorithm) {
  for (const auto& [value, word] : kAlgorithms) {
    if (value == algorithm) return word;
  }
  return "";
}

std::optional<crypto::KeyAlgorithm> algorithm_of(std::string_view word) {
  for (const auto& [value, text] : kAlgorithms) {
    if (text == word) return value;
  }
  return std::nullopt;
}

// What the certificate can be used for; each is there or not.
bool read_use(FieldReader& reader, RecordSummary& summary) {
  if (const auto word = reader.text(kKeyAlgorithm)) {
    summary.key_algorithm = algorithm_of(*word);
    if (!summary.key_algorithm) return false;
  }
  if (const auto role = reader.text(kRole)) {
    if (*role != role_text(Role::server)) return false;
    summary.server = true;
  }
  return true;
}

std::optional<RecordId> read_id(FieldReader& reader) {
  const auto bytes = reader.bytes(kId);
  if (!bytes) return std::nullopt;
  return RecordId::from(*bytes);
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

std::optional<KeptChain> decode_chain(ByteView value) {
  FieldReader reader(value);
  const auto facts = read_facts(reader);
  const auto length = reader.number(kChainLength);
  if (!facts) return std::nullopt;
  KeptChain kept{facts->id, {}};
  while (const auto der = reader.bytes(kCertificate)) kept.chain.push_back(*der);
  const bool whole = reader.done() && length == static_cast<std::int64_t>(kept.chain.size());
  if (!whole || kept.chain.empty()) return std::nullopt;
  return kept;
}

Bytes encode_summary(const RecordSummary& summary) {
  FieldWriter writer;
  writer.bytes(kId, summary.id.bytes());
  for (const auto& name : summary.names) writer.text(kServerName, name);
  writer.time(kNotBefore, summary.not_before)
      .time(kNotAfter, summary.not_after)
      .bytes(kSha256, summary.sha256)
      .text(kOwner, summary.owner.text());
  if (summary.key_algorithm) writer.text(kKeyAlgorithm, word_of(*summary.key_algorithm));
  if (summary.server) writer.text(kRole, role_text(Role::server));
  return writer.take();
}

std::optional<RecordSummary> decode_summary(ByteView value) {
  FieldReader reader(value);
  RecordSummary summary;
  const auto id = read_id(reader);
  while (const auto name = reader.text(kServerName)) summary.names.emplace_back(*name);
  const auto not_before = reader.time(kNotBefore);
  const auto not_after = reader.time(kNotAfter);
  const auto digest = reader.bytes(kSha256);
  auto owner = Owner::parse(reader.text(kOwner).value_or(""));
  if (!id || !not_before || !not_after || !digest || digest->size() != summary.sha256.size() ||
      !owner || !read_use(reader, summary) || !reader.done()) {
    return std::nullopt;
  }
  summary.id = *id;
  summary.not_before = *not_before;
  summary.not_after = *not_after;
  std::ranges::copy(*digest, summary.sha256.begin());
  summary.owner = std::move(*owner);
  return summary;
}

}  // namespace gatehouse::certs
