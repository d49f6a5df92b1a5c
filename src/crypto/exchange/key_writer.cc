#include "crypto/exchange/key_writer.h"

#include <new>

#include "crypto/exchange/der_writer.h"
#include "crypto/exchange/key_forms.h"
#include "crypto/pem.h"

namespace gatehouse::crypto {

Secret pkcs8_der(const PrivateKey& key) {
  auto der = marshal_pkcs8(key.native());
  if (!der) throw std::bad_alloc();  // the key was accepted, so nothing else is left to fail
  return std::move(*der);
}

Secret encrypted_pkcs8_der(const PrivateKey& key, const EncryptionScheme& scheme,
                           const Passphrase& passphrase) {
  const auto spellings = spellings_of(passphrase);
  const Secret encrypted = scheme.encrypt(pkcs8_der(key).view(), spellings.front());
  return write_der([&](DerWriter& out) {
    out.sequence([&](DerWriter& info) {
      scheme.write(info);
      info.octets(encrypted.view());
    });
  });
}

Secret encrypted_key_pem(const PrivateKey& key, const Passphrase& passphrase) {
  const auto scheme = EncryptionScheme::aes256(kRoundsOfToday);
  return write_secret_pem("ENCRYPTED PRIVATE KEY", encrypted_pkcs8_der(key, scheme, passphrase));
}

}  // namespace gatehouse::crypto
