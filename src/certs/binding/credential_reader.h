#pragma once

#include <memory>
#include <unordered_map>

#include "certs/binding/credential_source.h"
#include "certs/store/key_vault.h"
#include "crypto/keyed_hash.h"
#include "kv/engine.h"

namespace gatehouse::certs {

// Reads identities on the store's thread, one after the other, for everybody: what several chains
// have in common is read once and shared.
class CredentialReader {
 public:
  explicit CredentialReader(std::shared_ptr<const KeyVault> vault) : vault_(std::move(vault)) {}

  // Blocks on the disk. Errors: `not_found`: there is no such identity; `invalid`: it or its key is
  // damaged; those of the engine.
  Result<LoadedCredential> read(kv::Engine& engine, const RecordId& id);

 private:
  // Authorities are few; who has more of them shares the newest.
  static constexpr std::size_t kMostShared = 256;

  Result<crypto::Certificate> authority(ByteView der);

  std::shared_ptr<const KeyVault> vault_;
  crypto::KeyedHash hash_ = crypto::KeyedHash::random();
  std::unordered_map<std::uint64_t, crypto::Certificate> authorities_;
};

}  // namespace gatehouse::certs
