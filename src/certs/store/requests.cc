#include "certs/store/requests.h"

#include <algorithm>

#include <fmt/format.h>

#include "certs/store/fields.h"
#include "certs/store/record_reader.h"
#include "certs/store/store_keys.h"
#include "io/reactor.h"

namespace gatehouse::certs {
namespace {

enum Tag : std::uint8_t { kId = 1, kName, kOwner, kCreated, kWho, kWhy, kRequest, kSealedKey };

std::unexpected<Error> refused(std::string what, ErrorKind kind) {
  return fail(Fault::operator_input, std::move(what), kind);
}

std::optional<RecordId> read_id(FieldReader& reader) {
  const auto bytes = reader.bytes(kId);
  if (!bytes) return std::nullopt;
  auto id = RecordId::parse(crypto::hex(*bytes));
  if (!id) return std::nullopt;
  return *id;
}

Result<Ok> check_free(const NewRequest& content, const std::vector<PendingRequest>& waiting) {
  if (waiting.size() >= PendingRequests::kMost) {
    return refused(fmt::format("{} certificate requests wait for an answer already: remove those "
                               "that nobody will answer",
                               waiting.size()),
                   ErrorKind::conflict);
  }
  const bool taken = std::ranges::any_of(waiting, [&](const PendingRequest& one) {
    return one.name == content.name && one.owner == content.owner;
  });
  if (!taken) return Ok{};
  return refused(fmt::format("a request with the name \"{}\" waits for its answer already: choose "
                             "another name, or remove that request",
                             content.name.text()),
                 ErrorKind::conflict);
}

}  // namespace

Bytes encode_request(const PendingRequest& pending, ByteView sealed_key) {
  FieldWriter writer;
  writer.bytes(kId, pending.id.bytes())
      .text(kName, pending.name.text())
      .text(kOwner, pending.owner.text())
      .time(kCreated, pending.created)
      .text(kWho, pending.cause.who)
      .text(kWhy, pending.cause.why)
      .bytes(kRequest, pending.request.der())
      .bytes(kSealedKey, sealed_key);
  return writer.take();
}

std::optional<KeptRequest> decode_request(ByteView value) {
  FieldReader reader(value);
  const auto id = read_id(reader);
  auto name = RecordName::parse(reader.text(kName).value_or(""));
  auto owner = Owner::parse(reader.text(kOwner).value_or(""));
  const auto created = reader.time(kCreated);
  const auto who = reader.text(kWho);
  const auto why = reader.text(kWhy);
  const auto der = reader.bytes(kRequest);
  const auto sealed = reader.bytes(kSealedKey);
  if (!id || !name || !owner || !created || !who || !why || !der || !sealed || !reader.done()) {
    return std::nullopt;
  }
  auto request = crypto::CertificateRequest::from_der(*der);
  if (!request) return std::nullopt;
  return KeptRequest{{*id, std::move(*name), std::move(*owner), *created,
                      Cause{std::string(*who), std::string(*why)}, std::move(*request)},
                     Bytes(sealed->begin(), sealed->end())};
}

io::Task<Result<PendingRequest>> PendingRequests::put(NewRequest content, Cause cause,
                                                      io::Deadline deadline) {
  if (auto told = check(cause); !told) co_return pass_on(told);
  if (content.key.spki_sha256() != content.request.spki_sha256()) {
    co_return refused("the key is not the one that the certificate request was made with",
                      ErrorKind::invalid);
  }
  auto waiting = co_await list(deadline);
  if (!waiting) co_return pass_on(waiting);
  if (auto free = check_free(content, *waiting); !free) co_return pass_on(free);
  const WallTime now = std::chrono::floor<std::chrono::seconds>(reactor_.clock().wall());
  PendingRequest pending{RecordId::random(),       std::move(content.name),
                         std::move(content.owner), now,
                         std::move(cause),         std::move(content.request)};
  const Bytes sealed = vault_.seal(pending.id, crypto::sha256(pending.request.der()), content.key);
  const std::string key = keys::request(pending.id);
  auto outcome = co_await store_.commit(
      {{kv::Condition::absent(key)}, {kv::Put{key, encode_request(pending, sealed)}}}, deadline);
  if (!outcome) co_return pass_on(outcome);
  if (std::holds_alternative<kv::Conflict>(*outcome)) {
    co_return fail(Fault::ours, "a new certificate request has the id of another one");
  }
  co_return pending;
}

io::Task<Result<std::vector<PendingRequest>>> PendingRequests::list(io::Deadline deadline) const {
  std::vector<PendingRequest> all;
  std::string after;
  do {
    auto page =
        co_await store_.list({.prefix = std::string(keys::kRequests), .after = after}, deadline);
    if (!page) co_return pass_on(page);
    for (const kv::Entry& entry : page->entries) {
      auto kept = decode_request(entry.value);
      if (!kept) co_return damaged_entry(entry.key);
      all.push_back(std::move(kept->pending));
    }
    after = page->more ? page->entries.back().key : "";
  } while (!after.empty());
  co_return all;
}

io::Task<Result<std::optional<PendingRequest>>> PendingRequests::by_key(
    crypto::Sha256 spki_sha256, io::Deadline deadline) const {
  auto all = co_await list(deadline);
  if (!all) co_return pass_on(all);
  const auto found = std::ranges::find_if(
      *all, [&](const PendingRequest& one) { return one.request.spki_sha256() == spki_sha256; });
  if (found == all->end()) co_return std::optional<PendingRequest>();
  co_return std::optional<PendingRequest>(std::move(*found));
}

io::Task<Result<crypto::PrivateKey>> PendingRequests::key(RecordId id,
                                                          io::Deadline deadline) const {
  auto entry = co_await store_.get(keys::request(id), deadline);
  if (!entry) co_return pass_on(entry);
  if (!*entry) co_return no_record(id);
  const auto kept = decode_request((*entry)->value);
  if (!kept || kept->pending.id != id) co_return damaged_entry((*entry)->key);
  co_return vault_.open_key(id, crypto::sha256(kept->pending.request.der()), kept->sealed_key);
}

io::Task<Result<Ok>> PendingRequests::remove(RecordId id, io::Deadline deadline) {
  auto outcome = co_await store_.commit({{}, {kv::Erase{keys::request(id)}}}, deadline);
  if (!outcome) co_return pass_on(outcome);
  co_return Ok{};
}

}  // namespace gatehouse::certs
