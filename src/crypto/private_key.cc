#include "crypto/private_key.h"

#include <new>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <openssl/bytestring.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>

#include "crypto/known_key.h"
#include "crypto/library_error.h"
#include "crypto/pem.h"

namespace gatehouse::crypto {
namespace {

constexpr int kSmallestRsa = 2048;
constexpr int kLargestRsa = 8192;  // above, one signature takes a worker tens of milliseconds

struct Recipe {
  int id;
  int curve;
  int rsa_bits;
};

Recipe recipe(KeyType type) {
  switch (type) {
    case KeyType::p256: return {EVP_PKEY_EC, NID_X9_62_prime256v1, 0};
    case KeyType::p384: return {EVP_PKEY_EC, NID_secp384r1, 0};
    case KeyType::rsa2048: return {EVP_PKEY_RSA, 0, 2048};
    case KeyType::rsa3072: return {EVP_PKEY_RSA, 0, 3072};
    case KeyType::rsa4096: return {EVP_PKEY_RSA, 0, 4096};
    case KeyType::ed25519: break;
  }
  return {EVP_PKEY_ED25519, 0, 0};
}

EvpKeyPtr make_key(const Recipe& wanted) {
  const EvpKeyContextPtr context(EVP_PKEY_CTX_new_id(wanted.id, nullptr));
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1) return nullptr;
  if (wanted.curve != 0 &&
      EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), wanted.curve) != 1) {
    return nullptr;
  }
  if (wanted.rsa_bits != 0 &&
      EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), wanted.rsa_bits) != 1) {
    return nullptr;
  }
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen(context.get(), &key);
  return EvpKeyPtr(key);
}

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

// The forms that have no algorithm of their own inside; the label says it.
EvpKeyPtr parse_traditional(int id, ByteView der) {
  const unsigned char* at = der.data();
  EvpKeyPtr key(d2i_PrivateKey(id, nullptr, &at, static_cast<long>(der.size())));
  return key && at == der.data() + der.size() ? std::move(key) : nullptr;
}

EvpKeyPtr parse_pkcs8(ByteView der) {
  CBS in;
  CBS_init(&in, der.data(), der.size());
  EvpKeyPtr key(EVP_parse_private_key(&in));
  return key && CBS_len(&in) == 0 ? std::move(key) : nullptr;
}

enum class KeyForm { none, pkcs8, rsa, ec, encrypted };

KeyForm form_of(const PemBlock& block) {
  if (!block.label.ends_with("PRIVATE KEY")) return KeyForm::none;
  if (block.encrypted || block.label == "ENCRYPTED PRIVATE KEY") return KeyForm::encrypted;
  if (block.label == "PRIVATE KEY") return KeyForm::pkcs8;
  if (block.label == "RSA PRIVATE KEY") return KeyForm::rsa;
  if (block.label == "EC PRIVATE KEY") return KeyForm::ec;
  return KeyForm::none;
}

EvpKeyPtr parse_form(KeyForm form, ByteView der) {
  if (form == KeyForm::rsa) return parse_traditional(EVP_PKEY_RSA, der);
  if (form == KeyForm::ec) return parse_traditional(EVP_PKEY_EC, der);
  return parse_pkcs8(der);
}

std::string_view curve_name(const EVP_PKEY* key) {
  const EC_KEY* ec = EVP_PKEY_get0_EC_KEY(key);
  if (!ec) return {};
  switch (EC_GROUP_get_curve_name(EC_KEY_get0_group(ec))) {
    case NID_X9_62_prime256v1: return "P-256";
    case NID_secp384r1: return "P-384";
    case NID_secp521r1: return "P-521";
    default: return {};
  }
}

}  // namespace

Result<PrivateKey> PrivateKey::generate(KeyType type) {
  auto key = make_key(recipe(type));
  if (!key) return library_failure(Fault::machine, "a private key could not be made");
  return PrivateKey(std::move(key));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view text) {
  auto blocks = parse_pem(text);
  if (!blocks) return pass_on(blocks);
  std::optional<PrivateKey> found;
  for (const PemBlock& block : *blocks) {
    const KeyForm form = form_of(block);
    if (form == KeyForm::none) continue;
    if (form == KeyForm::encrypted) {
      return refused(
          "the private key is encrypted with a passphrase: write it without one to a file that "
          "only its owner can read (openssl pkey -in KEY -out PLAIN-KEY)");
    }
    if (found) return refused("there is more than one private key in the text");
    auto key = accept(parse_form(form, block.der.view()));
    if (!key) return pass_on(key);
    found = std::move(*key);
  }
  if (!found) return refused("there is no private key in the text");
  return std::move(*found);
}

Result<PrivateKey> PrivateKey::from_pkcs8(ByteView der) { return accept(parse_pkcs8(der)); }

Result<PrivateKey> PrivateKey::known(ByteView pkcs8) {
  if (auto key = known_ec_key(pkcs8)) return accept(std::move(key));
  return from_pkcs8(pkcs8);
}

Result<PrivateKey> PrivateKey::accept(EvpKeyPtr key) {
  if (!key) {
    return library_failure(Fault::operator_input, "the private key is damaged", ErrorKind::invalid);
  }
  const int bits = EVP_PKEY_bits(key.get());
  switch (EVP_PKEY_id(key.get())) {
    case EVP_PKEY_ED25519: return PrivateKey(std::move(key));
    case EVP_PKEY_EC:
      if (!curve_name(key.get()).empty()) return PrivateKey(std::move(key));
      return refused("the private key is on a curve other than P-256, P-384 and P-521");
    case EVP_PKEY_RSA:
      if (bits >= kSmallestRsa && bits <= kLargestRsa) return PrivateKey(std::move(key));
      return refused(fmt::format("the RSA key has {} bits; 2048 to 8192 are accepted", bits));
    default: return refused("the private key is neither ECDSA nor RSA nor Ed25519");
  }
}

Secret PrivateKey::to_pem() const { return write_secret_pem("PRIVATE KEY", to_pkcs8()); }

Secret PrivateKey::to_pkcs8() const {
  CBB out;
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  // The key was accepted, so it can be written: only a lack of memory is left to fail.
  if (!CBB_init(&out, 256) || !EVP_marshal_private_key(&out, key_.get()) ||
      !CBB_finish(&out, &bytes, &size)) {
    throw std::bad_alloc();
  }
  const LibraryBytes owned(bytes);
  return Secret(ByteView(bytes, size));
}

KeyAlgorithm PrivateKey::algorithm() const {
  switch (EVP_PKEY_id(key_.get())) {
    case EVP_PKEY_EC: return KeyAlgorithm::ecdsa;
    case EVP_PKEY_RSA: return KeyAlgorithm::rsa;
    default: return KeyAlgorithm::ed25519;
  }
}

int PrivateKey::bits() const { return EVP_PKEY_bits(key_.get()); }

std::string PrivateKey::text() const {
  switch (algorithm()) {
    case KeyAlgorithm::ecdsa: return fmt::format("ECDSA {}", curve_name(key_.get()));
    case KeyAlgorithm::rsa: return fmt::format("RSA {}", bits());
    case KeyAlgorithm::ed25519: break;
  }
  return "Ed25519";
}

Sha256 PrivateKey::spki_sha256() const { return crypto::spki_sha256(key_.get()); }

PrivateKey::PrivateKey(const PrivateKey& other) : key_(other.key_.get()) {
  if (key_) EVP_PKEY_up_ref(key_.get());
}

PrivateKey& PrivateKey::operator=(const PrivateKey& other) {
  if (this != &other) *this = PrivateKey(other);
  return *this;
}

Sha256 spki_sha256(const EVP_PKEY* key) {
  CBB out;
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (!CBB_init(&out, 128) || !EVP_marshal_public_key(&out, key) ||
      !CBB_finish(&out, &bytes, &size)) {
    throw std::bad_alloc();
  }
  const LibraryBytes owned(bytes);
  return sha256({bytes, size});
}

}  // namespace gatehouse::crypto
