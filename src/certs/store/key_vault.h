#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "certs/record.h"
#include "certs/store/master_secret.h"
#include "crypto/private_key.h"
#include "crypto/sealing_key.h"

namespace gatehouse::certs {

// What a guess of a passphrase costs (Argon2id, RFC 9106). The default is that document's second
// recommendation: some tenths of a second and 64 MiB, once per start.
struct PassphraseCost {
  std::uint32_t memory_kib = 64 * 1024;
  std::uint32_t passes = 3;
  std::uint32_t lanes = 4;
};

// Seals private keys at rest under a data key, which the master secret seals. An opened vault is
// immutable: any thread.
class KeyVault {
 public:
  // With a new data key.
  static KeyVault create();
  // `sealed` is of sealed_data_key(). Errors: `not_permitted`: the secret is another one;
  // `invalid`: the value is damaged. Takes as long as the passphrase's cost says.
  static Result<KeyVault> open(ByteView sealed, const MasterSecret& master);

  // The data key under this secret; keys that are sealed stay as they are. Errors: no memory for
  // the cost.
  Result<Bytes> sealed_data_key(const MasterSecret& master, PassphraseCost cost = {}) const;

  // Bound to the record and its certificate, so that nobody who writes to the store can pass the
  // key of one record off as that of another.
  Bytes seal(const RecordId& id, const crypto::Sha256& sha256, const crypto::PrivateKey& key) const;
  // Errors: `invalid`: it is damaged, or of another record or another store.
  Result<crypto::PrivateKey> open_key(const RecordId& id, const crypto::Sha256& sha256,
                                      ByteView sealed) const;

 private:
  KeyVault(Secret data_key, crypto::SealingKey sealing)
      : data_key_(std::move(data_key)), sealing_(std::move(sealing)) {}

  Secret data_key_;
  crypto::SealingKey sealing_;
};

}  // namespace gatehouse::certs
