#include "certs/binding/credential_reader.h"

#include <ranges>

#include "certs/binding/name_index.h"
#include "certs/store/record_codec.h"
#include "certs/store/record_reader.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

// Beside the bytes of the leaf: the key, the handles and the names (measured with P-256; RSA keys
// keep more once they have signed).
constexpr std::size_t kOverhead = 1500;
constexpr std::size_t kOverheadOfRsa = 6000;
constexpr std::size_t kOverheadOfName = 100;

std::size_t bytes_of(const crypto::Certificate& leaf, const crypto::CertificateNames& names,
                     const crypto::PrivateKey& key) {
  const bool rsa = key.algorithm() == crypto::KeyAlgorithm::rsa;
  return leaf.der().size() + (rsa ? kOverheadOfRsa : kOverhead) +
         kOverheadOfName * (names.dns.size() + names.addresses.size());
}

}  // namespace

Result<LoadedCredential> CredentialReader::read(kv::Engine& engine, const RecordId& id) {
  auto both = engine.get_both(keys::record(id), keys::sealed_key(id));
  if (!both) return pass_on(both);
  const auto& [record, sealed] = *both;
  if (!record || !sealed) return no_record(id);
  const auto kept = decode_chain(record->value);
  if (!kept || kept->id != id) return damaged_entry(record->key);
  // The key is sealed with the thumbprint of its certificate: where it opens, the certificate is
  // what was read and accepted when it came into the store.
  const crypto::Sha256 sha256 = crypto::sha256(kept->chain.front());
  auto key = vault_->open_key(id, sha256, sealed->value);
  if (!key) return pass_on(key);
  std::vector<crypto::Certificate> chain{crypto::Certificate::known(kept->chain.front())};
  for (const ByteView der : kept->chain | std::views::drop(1)) {
    auto certificate = authority(der);
    if (!certificate) return damaged_entry(record->key);
    chain.push_back(std::move(*certificate));
  }
  LoadedCredential loaded{.names = chain.front().names(), .tag = tag_of(sha256)};
  loaded.bytes = bytes_of(chain.front(), loaded.names, *key);
  loaded.credential = std::make_shared<const tls::Credential>(chain, std::move(*key));
  return loaded;
}

Result<crypto::Certificate> CredentialReader::authority(ByteView der) {
  const std::uint64_t place = hash_(as_text(der));
  const auto known = authorities_.find(place);
  if (known != authorities_.end() && as_text(known->second.der()) == as_text(der)) {
    return known->second;
  }
  auto certificate = crypto::Certificate::from_der(der);
  if (!certificate) return certificate;
  if (authorities_.size() >= kMostShared) authorities_.clear();
  authorities_.insert_or_assign(place, *certificate);
  return certificate;
}

}  // namespace gatehouse::certs
