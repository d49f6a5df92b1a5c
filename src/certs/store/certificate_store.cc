#include "certs/store/certificate_store.h"

#include <fmt/format.h>

#include "certs/store/content.h"
#include "certs/store/record_writes.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kMostNumbered = 1000;
constexpr int kMostTries = 8;

std::unexpected<Error> name_taken(const Record& record) {
  return fail(Fault::operator_input,
              fmt::format("the name \"{}\" is taken by another certificate on the shelf {} of {}: "
                          "choose another one, or replace that certificate",
                          record.name.text(), shelf_text(record.shelf), record.owner.text()),
              ErrorKind::conflict);
}

std::unexpected<Error> contested() {
  return fail_for_now(Fault::machine,
                      "somebody else changes the same certificates all the time: nothing was "
                      "changed, try again",
                      ErrorKind::conflict);
}

std::unexpected<Error> in_use(const Record& record, const std::vector<std::string>& users) {
  return fail(
      Fault::operator_input,
      fmt::format("the certificate \"{}\" is used by {}: point {} to another one first",
                  record.name.text(), fmt::join(users, ", "), users.size() == 1 ? "it" : "them"),
      ErrorKind::conflict);
}

std::unexpected<Error> without_key(const Record& record) {
  return fail(Fault::operator_input,
              fmt::format("the certificate \"{}\" is kept without a key, on the shelf {}",
                          record.name.text(), shelf_text(record.shelf)),
              ErrorKind::not_found);
}

// The record with another certificate, if it belongs on the same shelf.
Result<Record> with_content(const Record& record, const Content& content) {
  const auto shelf = shelf_for(content, record.shelf);
  if (!shelf) return std::unexpected(shelf.error());
  auto facts = record.facts();
  ++facts.version;
  return Record(std::move(facts), chain_of(content));
}

const kv::Conflict* conflict_of(const kv::Outcome& outcome) {
  return std::get_if<kv::Conflict>(&outcome);
}

}  // namespace

CertificateStore::CertificateStore(kv::Store& store, io::Reactor& reactor, const Usage& usage,
                                   KeyVault vault)
    : store_(store),
      reactor_(reactor),
      usage_(usage),
      vault_(std::make_shared<const KeyVault>(std::move(vault))),
      reader_(store),
      requests_(store, reactor, *vault_),
      turn_(reactor) {}

WallTime CertificateStore::now() const {
  return std::chrono::floor<std::chrono::seconds>(reactor_.clock().wall());
}

std::optional<Bytes> CertificateStore::sealed_key(const Record& record,
                                                  const Content& content) const {
  const auto* identity = std::get_if<crypto::Identity>(&content);
  if (identity == nullptr) return std::nullopt;
  return vault_->seal(record.id, record.sha256, identity->key);
}

io::Task<Result<Record>> CertificateStore::put(NewRecord content, Cause cause,
                                               io::Deadline deadline) {
  if (auto told = check(cause); !told) co_return pass_on(told);
  const auto shelf = shelf_for(content.content, content.shelf);
  if (!shelf) co_return std::unexpected(shelf.error());
  auto turn = co_await turn_.take(deadline);
  if (!turn) co_return pass_on(turn);
  co_return co_await add(std::move(content), *shelf, std::move(cause), deadline);
}

io::Task<Result<Record>> CertificateStore::add(NewRecord content, Shelf shelf, Cause cause,
                                               io::Deadline deadline) {
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto name = co_await free_name(content, shelf, deadline);
    if (!name) co_return pass_on(name);
    Record record(
        {RecordId::random(), shelf, std::move(*name), content.owner, content.origin, now()},
        chain_of(content.content));
    if (auto unique = co_await check_unique(record, deadline); !unique) co_return pass_on(unique);
    auto outcome = co_await store_.commit(
        adding(record, sealed_key(record, content.content), cause), deadline);
    if (!outcome) co_return pass_on(outcome);
    const auto* conflict = conflict_of(*outcome);
    if (conflict == nullptr) co_return std::move(record);
    if (content.name && conflict->condition == kNameCondition) co_return name_taken(record);
  }
  co_return contested();
}

io::Task<Result<RecordName>> CertificateStore::free_name(const NewRecord& content, Shelf shelf,
                                                         io::Deadline deadline) const {
  if (content.name) co_return *content.name;
  const RecordName wanted = made_name(chain_of(content.content).front());
  for (std::size_t number = 1; number <= kMostNumbered; ++number) {
    RecordName name = number == 1 ? wanted : wanted.numbered(number);
    auto taken = co_await store_.get(keys::by_name(shelf, content.owner, name), deadline);
    if (!taken) co_return pass_on(taken);
    if (!*taken) co_return name;
  }
  co_return fail(Fault::operator_input,
                 fmt::format("{} certificates are called \"{}\" already: give this one a name",
                             kMostNumbered, wanted.text()),
                 ErrorKind::conflict);
}

io::Task<Result<Ok>> CertificateStore::check_unique(const Record& record,
                                                    io::Deadline deadline) const {
  auto same =
      co_await reader_.id_at(keys::by_sha256(record.sha256, record.shelf, record.owner), deadline);
  if (!same) co_return pass_on(same);
  if (same->empty() || same->front() == record.id) co_return Ok{};
  auto other = co_await reader_.get(same->front(), deadline);
  if (!other) co_return pass_on(other);
  co_return fail(
      Fault::operator_input,
      fmt::format("this certificate is in the store already, as \"{}\"", other->record.name.text()),
      ErrorKind::conflict);
}

io::Task<Result<Record>> CertificateStore::replace(RecordId id, Content content, Cause cause,
                                                   io::Deadline deadline) {
  if (auto told = check(cause); !told) co_return pass_on(told);
  auto turn = co_await turn_.take(deadline);
  if (!turn) co_return pass_on(turn);
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto kept = co_await reader_.get(id, deadline);
    if (!kept) co_return pass_on(kept);
    auto next = with_content(kept->record, content);
    if (!next) co_return pass_on(next);
    if (next->chain == kept->record.chain) co_return std::move(kept->record);
    if (auto unique = co_await check_unique(*next, deadline); !unique) co_return pass_on(unique);
    auto outcome = co_await store_.commit(
        replacing(*kept, *next, sealed_key(*next, content), cause, now()), deadline);
    if (!outcome) co_return pass_on(outcome);
    if (conflict_of(*outcome) == nullptr) co_return std::move(next);
  }
  co_return contested();
}

io::Task<Result<Record>> CertificateStore::rename(RecordId id, RecordName name, Cause cause,
                                                  io::Deadline deadline) {
  if (auto told = check(cause); !told) co_return pass_on(told);
  auto turn = co_await turn_.take(deadline);
  if (!turn) co_return pass_on(turn);
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto kept = co_await reader_.get(id, deadline);
    if (!kept) co_return pass_on(kept);
    if (kept->record.name == name) co_return std::move(kept->record);
    Record next = kept->record;
    next.name = name;
    ++next.version;
    auto outcome = co_await store_.commit(renaming(*kept, next, cause, now()), deadline);
    if (!outcome) co_return pass_on(outcome);
    const auto* conflict = conflict_of(*outcome);
    if (conflict == nullptr) co_return std::move(next);
    if (conflict->condition == kNameCondition) co_return name_taken(next);
  }
  co_return contested();
}

io::Task<Result<Ok>> CertificateStore::remove(RecordId id, Cause cause, io::Deadline deadline) {
  if (auto told = check(cause); !told) co_return pass_on(told);
  auto turn = co_await turn_.take(deadline);
  if (!turn) co_return pass_on(turn);
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto kept = co_await reader_.get(id, deadline);
    if (!kept) co_return pass_on(kept);
    if (const auto users = usage_.users(id); !users.empty()) {
      co_return in_use(kept->record, users);
    }
    auto outcome = co_await store_.commit(removing(*kept, cause, now()), deadline);
    if (!outcome) co_return pass_on(outcome);
    if (conflict_of(*outcome) != nullptr) continue;
    served_.forget(id);
    co_return Ok{};
  }
  co_return contested();
}

io::Task<Result<crypto::Identity>> CertificateStore::identity(RecordId id,
                                                              io::Deadline deadline) const {
  // A replacement between the two reads parts chain and key: then both are read again.
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto kept = co_await reader_.get(id, deadline);
    if (!kept) co_return pass_on(kept);
    if (kept->record.shelf != Shelf::identities) co_return without_key(kept->record);
    auto sealed = co_await store_.get(keys::sealed_key(id), deadline);
    if (!sealed) co_return pass_on(sealed);
    if (!*sealed || (*sealed)->revision > kept->revision) continue;
    auto key = vault_->open_key(id, kept->record.sha256, (*sealed)->value);
    if (!key) co_return pass_on(key);
    co_return crypto::Identity{std::move(kept->record.chain), std::move(*key)};
  }
  co_return damaged_entry(keys::sealed_key(id));
}

io::Task<Result<crypto::Identity>> CertificateStore::export_identity(RecordId id, Cause cause,
                                                                     io::Deadline deadline) {
  if (auto told = check(cause); !told) co_return pass_on(told);
  auto turn = co_await turn_.take(deadline);
  if (!turn) co_return pass_on(turn);
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto kept = co_await reader_.get(id, deadline);
    if (!kept) co_return pass_on(kept);
    auto whole = co_await identity(id, deadline);
    if (!whole) co_return pass_on(whole);
    if (whole->chain != kept->record.chain) continue;
    auto outcome = co_await store_.commit(exporting(*kept, cause, now()), deadline);
    if (!outcome) co_return pass_on(outcome);
    if (conflict_of(*outcome) == nullptr) co_return std::move(whole);
  }
  co_return contested();
}

io::Task<Result<Ok>> CertificateStore::write_served_times(io::Deadline deadline) {
  auto turn = co_await turn_.take(deadline);
  if (!turn) co_return pass_on(turn);
  for (auto batch = served_.next_batch(); !batch.times.empty(); batch = served_.next_batch()) {
    auto outcome = co_await store_.commit(batch.transaction, deadline);
    if (outcome && conflict_of(*outcome) == nullptr) continue;
    if (outcome) served_.forget(batch.times.at(conflict_of(*outcome)->condition).first);
    served_.put_back(batch);
    if (!outcome) co_return pass_on(outcome);
  }
  co_return Ok{};
}

io::Task<Result<Ok>> CertificateStore::change_master(MasterSecret secret, io::Deadline deadline,
                                                     PassphraseCost cost) {
  auto turn = co_await turn_.take(deadline);
  if (!turn) co_return pass_on(turn);
  auto sealed = vault_->sealed_data_key(secret, cost);
  if (!sealed) co_return pass_on(sealed);
  auto outcome =
      co_await store_.commit({{kv::Condition::exists(std::string(keys::kSealing))},
                              {kv::Put{std::string(keys::kSealing), std::move(*sealed)}}},
                             deadline);
  if (!outcome) co_return pass_on(outcome);
  if (conflict_of(*outcome) != nullptr) co_return damaged_entry(keys::kSealing);
  co_return Ok{};
}

}  // namespace gatehouse::certs
