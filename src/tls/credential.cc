#include "tls/credential.h"

#include <openssl/ssl.h>

namespace gatehouse::tls {

Credential::Credential(std::span<const ByteView> chain, crypto::PrivateKey key)
    : key_(std::move(key)) {
  for (const ByteView der : chain) {
    owned_.emplace_back(CRYPTO_BUFFER_new(der.data(), der.size(), nullptr));
    chain_.push_back(owned_.back().get());
  }
}

Credential::Credential(std::span<const crypto::Certificate> chain, crypto::PrivateKey key)
    : key_(std::move(key)) {
  for (const crypto::Certificate& certificate : chain) {
    CRYPTO_BUFFER_up_ref(certificate.buffer());
    owned_.emplace_back(certificate.buffer());
    chain_.push_back(certificate.buffer());
  }
}

bool Credential::install(SSL* connection) const {
  return SSL_set_chain_and_key(connection, chain_.data(), chain_.size(), key_.native(), nullptr) ==
         1;
}

}  // namespace gatehouse::tls
