#include "crypto/alternative_names.h"

#include <array>

#include <openssl/bytestring.h>

#include "crypto/certificate_parts.h"
#include "crypto/general_name.h"

namespace gatehouse::crypto {
namespace {

constexpr CBS_ASN1_TAG kEmail = CBS_ASN1_CONTEXT_SPECIFIC | 1;
constexpr CBS_ASN1_TAG kDnsName = CBS_ASN1_CONTEXT_SPECIFIC | 2;
constexpr CBS_ASN1_TAG kUri = CBS_ASN1_CONTEXT_SPECIFIC | 6;
constexpr CBS_ASN1_TAG kAddress = CBS_ASN1_CONTEXT_SPECIFIC | 7;
constexpr std::array<std::uint8_t, 3> kSubjectAltName{0x55, 0x1d, 0x11};  // 2.5.29.17

ByteView view(const CBS& bytes) { return {CBS_data(&bytes), CBS_len(&bytes)}; }

// GeneralNames of the extension's value; false when there is one that the library may read in
// another way: of a structure (a directory name), or cut into pieces as BER allows.
bool take_names(CBS value, CertificateNames& names) {
  CBS list;
  if (CBS_get_asn1(&value, &list, CBS_ASN1_SEQUENCE) != 1 || CBS_len(&value) != 0) return false;
  while (CBS_len(&list) != 0) {
    CBS name;
    CBS_ASN1_TAG tag = 0;
    if (CBS_get_any_asn1(&list, &name, &tag) != 1) return false;
    switch (tag) {
      case kDnsName: take_dns_name(as_text(view(name)), names); break;
      case kAddress: take_address(view(name), names); break;
      case kEmail:
      case kUri: break;
      default: return false;
    }
  }
  return true;
}

}  // namespace

std::optional<CertificateNames> alternative_names(ByteView certificate) {
  const auto parts = parts_of(certificate);
  if (!parts) return std::nullopt;
  CBS list;
  CBS_init(&list, parts->extensions.data(), parts->extensions.size());
  CertificateNames names;
  bool found = false;
  while (CBS_len(&list) != 0) {
    CBS extension;
    CBS id;
    CBS value;
    if (CBS_get_asn1(&list, &extension, CBS_ASN1_SEQUENCE) != 1 ||
        CBS_get_asn1(&extension, &id, CBS_ASN1_OBJECT) != 1 ||
        CBS_get_optional_asn1(&extension, nullptr, nullptr, CBS_ASN1_BOOLEAN) != 1 ||
        CBS_get_asn1(&extension, &value, CBS_ASN1_OCTETSTRING) != 1) {
      return std::nullopt;
    }
    if (as_text(view(id)) != as_text(kSubjectAltName)) continue;
    if (found || !take_names(value, names)) return std::nullopt;
    found = true;
  }
  return names;
}

}  // namespace gatehouse::crypto
