#include "crypto/exchange/key_forms.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "crypto/exchange/der.h"
#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

using Kind = ReadFailure::Kind;

EvpKeyPtr parse_pkcs8(ByteView der) {
  CBS in;
  CBS_init(&in, der.data(), der.size());
  EvpKeyPtr key(EVP_parse_private_key(&in));
  return key && CBS_len(&in) == 0 ? std::move(key) : nullptr;
}

EvpKeyPtr parse_traditional(int id, ByteView der) {
  const unsigned char* at = der.data();
  EvpKeyPtr key(d2i_PrivateKey(id, nullptr, &at, static_cast<long>(der.size())));
  return key && at == der.data() + der.size() ? std::move(key) : nullptr;
}

EvpKeyPtr parse_form(ByteView der, KeyForm form) {
  if (form == KeyForm::rsa) return parse_traditional(EVP_PKEY_RSA, der);
  if (form == KeyForm::ec) return parse_traditional(EVP_PKEY_EC, der);
  return parse_pkcs8(der);
}

std::optional<KeyForm> form_of_numbered(Der inside) {
  if (!inside.skip_integer()) return std::nullopt;
  if (inside.at(CBS_ASN1_OCTETSTRING)) return KeyForm::ec;
  if (inside.at(CBS_ASN1_INTEGER)) return KeyForm::rsa;
  auto algorithm = inside.sequence();
  if (!algorithm || !algorithm->at(CBS_ASN1_OBJECT)) return std::nullopt;
  return inside.at(CBS_ASN1_OCTETSTRING) ? std::optional(KeyForm::pkcs8) : std::nullopt;
}

}  // namespace

std::optional<KeyForm> key_form(ByteView der) {
  Der outer(der);
  auto inside = outer.sequence();
  if (!inside || !outer.done()) return std::nullopt;
  if (inside->at(CBS_ASN1_INTEGER)) return form_of_numbered(*inside);
  auto algorithm = inside->sequence();
  if (!algorithm || !algorithm->at(CBS_ASN1_OBJECT)) return std::nullopt;
  if (!inside->octets() || !inside->done()) return std::nullopt;
  return KeyForm::encrypted_pkcs8;
}

std::optional<Secret> marshal_pkcs8(const EVP_PKEY* key) {
  bssl::ScopedCBB out;
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (CBB_init(out.get(), 256) != 1 || EVP_marshal_private_key(out.get(), key) != 1 ||
      CBB_finish(out.get(), &bytes, &size) != 1) {
    drain_library_errors();
    return std::nullopt;
  }
  const LibraryBytes owned(bytes);
  return Secret(ByteView(bytes, size));
}

Read<Ok> take_key(ByteView der, KeyForm form, BundleLabel label, Bundle& bundle) {
  const EvpKeyPtr parsed = parse_form(der, form);
  // One form of all, so that PrivateKey alone decides what is accepted.
  const auto pkcs8 = parsed ? marshal_pkcs8(parsed.get()) : std::nullopt;
  if (!pkcs8) {
    // The library tells a key that it does not know from a broken one only by these words.
    const std::string reason = drain_library_errors();
    return not_read(Kind::damaged,
                    fmt::format("a private key is damaged, or neither ECDSA nor RSA nor Ed25519 "
                                "({}): export it again",
                                reason));
  }
  auto key = PrivateKey::from_pkcs8(pkcs8->view());
  if (key) {
    bundle.keys.push_back({std::move(*key), std::move(label)});
  } else {
    bundle.unusable_keys.push_back(
        {spki_sha256(parsed.get()), std::move(key.error().what), std::move(label)});
  }
  return Ok{};
}

Read<Ok> take_encrypted_key(ByteView der, BundleLabel label, Unlocker& unlocker, Bundle& bundle) {
  Der outer(der);
  auto inside = outer.sequence();
  const auto algorithm = inside ? inside->element(CBS_ASN1_SEQUENCE) : std::nullopt;
  const auto encrypted = inside ? inside->octets() : std::nullopt;
  if (!algorithm || !encrypted || !inside->done() || !outer.done()) {
    return damaged("an encrypted private key is damaged");
  }
  auto plain = unlocker.open("the private key", *algorithm, *encrypted,
                             [](ByteView bytes) { return key_form(bytes) == KeyForm::pkcs8; });
  if (!plain) return pass_on(plain);
  return take_key(plain->view(), KeyForm::pkcs8, std::move(label), bundle);
}

}  // namespace gatehouse::crypto
