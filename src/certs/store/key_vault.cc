#include "certs/store/key_vault.h"

#include <argon2.h>
#include <array>

#include <fmt/format.h>

#include "certs/store/fields.h"
#include "crypto/random.h"

namespace gatehouse::certs {
namespace {

using crypto::SealingKey;

constexpr std::string_view kPurpose = "gatehouse data key";
constexpr std::string_view kKeyPurpose = "gatehouse private key";
constexpr std::string_view kByKey = "key";
constexpr std::string_view kByPassphrase = "passphrase";
constexpr std::size_t kSalt = 16;

enum Tag : std::uint8_t { kKind = 1, kMemory, kPasses, kLanes, kSaltBytes, kSealed };

// How the data key is sealed: everything of the value but the sealed bytes, which are bound to it.
struct Envelope {
  bool by_passphrase = false;
  PassphraseCost cost;
  Bytes salt;

  Bytes head() const {
    FieldWriter writer;
    writer.text(kKind, by_passphrase ? kByPassphrase : kByKey);
    if (by_passphrase) {
      writer.number(kMemory, cost.memory_kib)
          .number(kPasses, cost.passes)
          .number(kLanes, cost.lanes)
          .bytes(kSaltBytes, salt);
    }
    return writer.take();
  }
};

std::unexpected<Error> damaged() {
  return fail(Fault::machine,
              "the entry of the store that holds its sealed data key is damaged: put a copy of the "
              "store from a backup in its place; nothing was changed",
              ErrorKind::invalid);
}

std::unexpected<Error> wrong(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::not_permitted);
}

bool in_range(std::optional<std::int64_t> value, std::int64_t least, std::int64_t most) {
  return value && *value >= least && *value <= most;
}

// Bounds: a damaged value must not ask for all memory.
std::optional<PassphraseCost> read_cost(FieldReader& reader) {
  const auto memory = reader.number(kMemory);
  const auto passes = reader.number(kPasses);
  const auto lanes = reader.number(kLanes);
  if (!in_range(memory, 8, 1 << 20) || !in_range(passes, 1, 64) || !in_range(lanes, 1, 64)) {
    return std::nullopt;
  }
  return PassphraseCost{static_cast<std::uint32_t>(*memory), static_cast<std::uint32_t>(*passes),
                        static_cast<std::uint32_t>(*lanes)};
}

struct Read {
  Envelope envelope;
  ByteView sealed;
};

std::optional<Read> read_envelope(ByteView value) {
  FieldReader reader(value);
  Read read;
  const auto kind = reader.text(kKind);
  if (!kind || (*kind != kByKey && *kind != kByPassphrase)) return std::nullopt;
  read.envelope.by_passphrase = *kind == kByPassphrase;
  if (read.envelope.by_passphrase) {
    const auto cost = read_cost(reader);
    const auto salt = reader.bytes(kSaltBytes);
    if (!cost || !salt || salt->size() != kSalt) return std::nullopt;
    read.envelope.cost = *cost;
    read.envelope.salt.assign(salt->begin(), salt->end());
  }
  const auto sealed = reader.bytes(kSealed);
  if (!sealed || !reader.done()) return std::nullopt;
  read.sealed = *sealed;
  return read;
}

Result<Secret> derive(const MasterPassphrase& passphrase, const Envelope& envelope) {
  std::array<std::uint8_t, SealingKey::kBytes> key{};
  const ByteView text = passphrase.text.view();
  const PassphraseCost& cost = envelope.cost;
  const int code =
      argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, text.data(), text.size(),
                        envelope.salt.data(), envelope.salt.size(), key.data(), key.size());
  Secret secret{ByteView(key)};
  explicit_bzero(key.data(), key.size());
  if (code == ARGON2_OK) return secret;
  return fail_for_now(Fault::machine,
                      fmt::format("the key of the passphrase cannot be derived with {} MiB of "
                                  "memory: {}",
                                  cost.memory_kib / 1024, argon2_error_message(code)));
}

// The key that seals the data key; the secret is of the envelope's kind.
Result<SealingKey> outer_key(const MasterSecret& master, const Envelope& envelope) {
  if (const auto* key = std::get_if<MasterKey>(&master)) return SealingKey::from(key->bytes);
  auto derived = derive(std::get<MasterPassphrase>(master), envelope);
  if (!derived) return pass_on(derived);
  return SealingKey::from(*derived);
}

Bytes joined(std::string_view purpose, std::initializer_list<ByteView> parts) {
  Bytes all(purpose.begin(), purpose.end());
  for (const ByteView part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes bound_to(const RecordId& id, const crypto::Sha256& sha256) {
  return joined(kKeyPurpose, {id.bytes(), sha256});
}

Result<Ok> check_kind(const Envelope& envelope, const MasterSecret& master) {
  const bool passphrase = std::holds_alternative<MasterPassphrase>(master);
  if (passphrase == envelope.by_passphrase) return Ok{};
  if (passphrase) {
    return wrong(
        "the keys of the store are sealed with a master key, and a passphrase was given: give that "
        "key; nothing was changed");
  }
  return wrong(
      "the keys of the store are sealed with a passphrase, and a master key was given: give that "
      "passphrase as the credential gatehouse-master-passphrase or in a file; nothing was changed");
}

}  // namespace

KeyVault KeyVault::create() {
  Secret data_key = crypto::random_secret(SealingKey::kBytes);
  auto sealing = SealingKey::from(data_key);
  return {std::move(data_key), std::move(*sealing)};  // it has the right size
}

Result<KeyVault> KeyVault::open(ByteView sealed, const MasterSecret& master) {
  const auto read = read_envelope(sealed);
  if (!read) return damaged();
  if (auto kind = check_kind(read->envelope, master); !kind) return pass_on(kind);
  auto outer = outer_key(master, read->envelope);
  if (!outer) return pass_on(outer);
  auto data_key = outer->open(read->sealed, joined(kPurpose, {read->envelope.head()}));
  if (!data_key) {
    return wrong(
        fmt::format("the {} does not open the keys of the store: give the one with which they were "
                    "sealed; nothing was changed",
                    read->envelope.by_passphrase ? "passphrase" : "master key"));
  }
  auto sealing = SealingKey::from(*data_key);
  if (!sealing) return damaged();
  return KeyVault(std::move(*data_key), std::move(*sealing));
}

Result<Bytes> KeyVault::sealed_data_key(const MasterSecret& master, PassphraseCost cost) const {
  Envelope envelope{std::holds_alternative<MasterPassphrase>(master), cost, Bytes(kSalt)};
  crypto::fill_random(envelope.salt);
  auto outer = outer_key(master, envelope);
  if (!outer) return pass_on(outer);
  const Bytes head = envelope.head();
  FieldWriter sealed;
  sealed.bytes(kSealed, outer->seal(data_key_, joined(kPurpose, {head})));
  return joined(as_text(head), {sealed.take()});
}

Bytes KeyVault::seal(const RecordId& id, const crypto::Sha256& sha256,
                     const crypto::PrivateKey& key) const {
  return sealing_.seal(key.to_pkcs8(), bound_to(id, sha256));
}

Result<crypto::PrivateKey> KeyVault::open_key(const RecordId& id, const crypto::Sha256& sha256,
                                              ByteView sealed) const {
  const auto der = sealing_.open(sealed, bound_to(id, sha256));
  if (der) return crypto::PrivateKey::known(der->view());
  return fail(Fault::machine,
              fmt::format("the sealed key of the certificate {} is damaged, or it is the key of "
                          "another one: put a copy of the store from a backup in its place, or "
                          "replace the certificate",
                          id.text()),
              ErrorKind::invalid);
}

}  // namespace gatehouse::certs
