#include <fmt/format.h>

#include "certs/store/certificate_store.h"
#include "certs/store/schema.h"
#include "certs/store/store_keys.h"

// How a store is opened.
namespace gatehouse::certs {
namespace {

constexpr int kMostTries = 8;

// Layouts that a store may still have.
constexpr std::span<const Migration> kMigrations{};

io::Task<Result<KeyVault>> existing_vault(kv::Store& store, MasterSource& master,
                                          io::Deadline deadline) {
  auto sealed = co_await store.get(std::string(keys::kSealing), deadline);
  if (!sealed) co_return pass_on(sealed);
  if (!*sealed) co_return damaged_entry(keys::kSealing);
  auto secret = master.read();
  if (!secret) co_return pass_on(secret);
  if (!*secret) {
    co_return fail(Fault::operator_input,
                   fmt::format("{} is not there, and without it the keys in the store cannot be "
                               "opened: restore it from a backup, or give it as a credential; "
                               "nothing was changed",
                               master.where()),
                   ErrorKind::not_found);
  }
  auto vault = KeyVault::open((*sealed)->value, **secret);
  if (vault || vault.error().kind != ErrorKind::not_permitted) co_return vault;
  co_return fail(vault.error().fault, fmt::format("{} ({})", vault.error().what, master.where()),
                 vault.error().kind);
}

Result<MasterSecret> kept_or_new(MasterSource& master) {
  auto secret = master.read();
  if (!secret) return pass_on(secret);
  if (*secret) return std::move(**secret);
  return master.make();
}

// Nothing: somebody else made the store meanwhile.
io::Task<Result<std::optional<KeyVault>>> new_vault(kv::Store& store, MasterSource& master,
                                                    io::Deadline deadline, PassphraseCost cost) {
  auto secret = kept_or_new(master);
  if (!secret) co_return pass_on(secret);
  KeyVault vault = KeyVault::create();
  auto sealed = vault.sealed_data_key(*secret, cost);
  if (!sealed) co_return pass_on(sealed);
  const std::string schema(keys::kSchema);
  const std::string sealing(keys::kSealing);
  auto outcome = co_await store.commit(
      {{kv::Condition::absent(schema), kv::Condition::absent(sealing)},
       {kv::Put{schema, encode_version(kSchemaVersion)}, kv::Put{sealing, std::move(*sealed)}}},
      deadline);
  if (!outcome) co_return pass_on(outcome);
  if (std::holds_alternative<kv::Committed>(*outcome)) {
    co_return std::optional<KeyVault>(std::move(vault));
  }
  // A data key without a version was never written by us.
  if (std::get<kv::Conflict>(*outcome).condition == 1) co_return damaged_entry(keys::kSchema);
  co_return std::optional<KeyVault>();
}

io::Task<Result<KeyVault>> open_vault(kv::Store& store, MasterSource& master, io::Deadline deadline,
                                      PassphraseCost cost) {
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto version = co_await schema_version(store, kSchemaVersion, deadline);
    if (!version) co_return pass_on(version);
    if (*version != 0) co_return co_await existing_vault(store, master, deadline);
    auto vault = co_await new_vault(store, master, deadline, cost);
    if (!vault) co_return pass_on(vault);
    if (*vault) co_return std::move(**vault);
  }
  co_return fail_for_now(Fault::machine, "the certificate store changes all the time: try again");
}

}  // namespace

io::Task<Result<std::unique_ptr<CertificateStore>>> CertificateStore::open(
    kv::Store& store, io::Reactor& reactor, MasterSource& master, const Usage& usage,
    io::Deadline deadline, PassphraseCost cost) {
  auto vault = co_await open_vault(store, master, deadline, cost);
  if (!vault) co_return pass_on(vault);
  // Only who has the master secret changes anything.
  if (auto migrated = co_await migrate(store, kMigrations, deadline); !migrated) {
    co_return pass_on(migrated);
  }
  co_return std::make_unique<CertificateStore>(store, reactor, usage, std::move(*vault));
}

}  // namespace gatehouse::certs
