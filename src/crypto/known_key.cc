#include "crypto/known_key.h"

#include <array>

#include <openssl/bn.h>
#include <openssl/bytestring.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>

#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

using EcKeyPtr = std::unique_ptr<EC_KEY, Freer<EC_KEY_free>>;
using EcPointPtr = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;
using SecretNumberPtr = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;

constexpr CBS_ASN1_TAG kParameters = CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 0;
constexpr CBS_ASN1_TAG kPublicKey = CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 1;
constexpr std::array<std::uint8_t, 7> kEcPublicKey{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};

struct Parts {
  const EC_GROUP* group = nullptr;  // the library's own
  CBS private_key{};
  CBS public_key{};
};

bool enter(CBS& in, CBS& to, CBS_ASN1_TAG tag) { return CBS_get_asn1(&in, &to, tag) == 1; }
bool is_number(CBS& in, std::uint64_t wanted) {
  std::uint64_t number = 0;
  return CBS_get_asn1_uint64(&in, &number) == 1 && number == wanted;
}

bool read_parts(ByteView pkcs8, Parts& parts) {
  CBS in;
  CBS info;
  CBS algorithm;
  CBS id;
  CBS octets;
  CBS key;
  CBS wrapped;
  CBS_init(&in, pkcs8.data(), pkcs8.size());
  if (!enter(in, info, CBS_ASN1_SEQUENCE) || !is_number(info, 0) ||
      !enter(info, algorithm, CBS_ASN1_SEQUENCE) || !enter(algorithm, id, CBS_ASN1_OBJECT) ||
      CBS_mem_equal(&id, kEcPublicKey.data(), kEcPublicKey.size()) != 1) {
    return false;
  }
  parts.group = EC_KEY_parse_curve_name(&algorithm);
  std::uint8_t unused_bits = 0;
  return parts.group != nullptr && enter(info, octets, CBS_ASN1_OCTETSTRING) &&
         enter(octets, key, CBS_ASN1_SEQUENCE) && is_number(key, 1) &&
         enter(key, parts.private_key, CBS_ASN1_OCTETSTRING) &&
         CBS_get_optional_asn1(&key, nullptr, nullptr, kParameters) == 1 &&
         enter(key, wrapped, kPublicKey) && enter(wrapped, parts.public_key, CBS_ASN1_BITSTRING) &&
         CBS_get_u8(&parts.public_key, &unused_bits) == 1 && unused_bits == 0;
}

}  // namespace

EvpKeyPtr known_ec_key(ByteView pkcs8) {
  Parts parts;
  EcKeyPtr key(EC_KEY_new());
  EvpKeyPtr whole(EVP_PKEY_new());
  if (!key || !whole) return nullptr;
  if (read_parts(pkcs8, parts)) {
    const EcPointPtr point(EC_POINT_new(parts.group));
    const SecretNumberPtr number(
        BN_bin2bn(CBS_data(&parts.private_key), CBS_len(&parts.private_key), nullptr));
    if (point && number && EC_KEY_set_group(key.get(), parts.group) == 1 &&
        EC_POINT_oct2point(parts.group, point.get(), CBS_data(&parts.public_key),
                           CBS_len(&parts.public_key), nullptr) == 1 &&
        EC_KEY_set_private_key(key.get(), number.get()) == 1 &&
        EC_KEY_set_public_key(key.get(), point.get()) == 1 &&
        EVP_PKEY_assign_EC_KEY(whole.get(), key.get()) == 1) {
      std::ignore = key.release();
      return whole;
    }
  }
  drain_library_errors();
  return nullptr;
}

}  // namespace gatehouse::crypto
