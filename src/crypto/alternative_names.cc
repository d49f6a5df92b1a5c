#include "crypto/alternative_names.h"

#include <array>

#include <openssl/bytestring.h>

#include "crypto/general_name.h"

namespace gatehouse::crypto {
namespace {

constexpr CBS_ASN1_TAG kVersion = CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 0;
constexpr CBS_ASN1_TAG kIssuerId = CBS_ASN1_CONTEXT_SPECIFIC | 1;
constexpr CBS_ASN1_TAG kSubjectId = CBS_ASN1_CONTEXT_SPECIFIC | 2;
constexpr CBS_ASN1_TAG kExtensions = CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 3;
constexpr CBS_ASN1_TAG kDnsName = CBS_ASN1_CONTEXT_SPECIFIC | 2;
constexpr CBS_ASN1_TAG kAddress = CBS_ASN1_CONTEXT_SPECIFIC | 7;
constexpr std::array<std::uint8_t, 3> kSubjectAltName{0x55, 0x1d, 0x11};  // 2.5.29.17

ByteView view(const CBS& bytes) { return {CBS_data(&bytes), CBS_len(&bytes)}; }

bool skip(CBS& in, CBS_ASN1_TAG tag) { return CBS_get_asn1(&in, nullptr, tag) == 1; }
bool skip_optional(CBS& in, CBS_ASN1_TAG tag) {
  return CBS_get_optional_asn1(&in, nullptr, nullptr, tag) == 1;
}

// RFC 5280 section 4.1; `list` is left empty where there are no extensions.
bool enter_extensions(ByteView certificate, CBS& list) {
  CBS in;
  CBS outer;
  CBS body;
  CBS wrapped;
  int there = 0;
  CBS_init(&list, nullptr, 0);
  CBS_init(&in, certificate.data(), certificate.size());
  if (CBS_get_asn1(&in, &outer, CBS_ASN1_SEQUENCE) != 1 || CBS_len(&in) != 0 ||
      CBS_get_asn1(&outer, &body, CBS_ASN1_SEQUENCE) != 1) {
    return false;
  }
  const bool at_end = skip_optional(body, kVersion) && skip(body, CBS_ASN1_INTEGER) &&
                      skip(body, CBS_ASN1_SEQUENCE) && skip(body, CBS_ASN1_SEQUENCE) &&
                      skip(body, CBS_ASN1_SEQUENCE) && skip(body, CBS_ASN1_SEQUENCE) &&
                      skip(body, CBS_ASN1_SEQUENCE) && skip_optional(body, kIssuerId) &&
                      skip_optional(body, kSubjectId) &&
                      CBS_get_optional_asn1(&body, &wrapped, &there, kExtensions) == 1 &&
                      CBS_len(&body) == 0;
  if (!at_end) return false;
  return there == 0 ||
         (CBS_get_asn1(&wrapped, &list, CBS_ASN1_SEQUENCE) == 1 && CBS_len(&wrapped) == 0);
}

// GeneralNames of the extension's value; false when it is none.
bool take_names(CBS value, CertificateNames& names) {
  CBS list;
  if (CBS_get_asn1(&value, &list, CBS_ASN1_SEQUENCE) != 1 || CBS_len(&value) != 0) return false;
  while (CBS_len(&list) != 0) {
    CBS name;
    CBS_ASN1_TAG tag = 0;
    if (CBS_get_any_asn1(&list, &name, &tag) != 1) return false;
    if (tag == kDnsName) take_dns_name(as_text(view(name)), names);
    if (tag == kAddress) take_address(view(name), names);
  }
  return true;
}

}  // namespace

std::optional<CertificateNames> alternative_names(ByteView certificate) {
  CBS list;
  if (!enter_extensions(certificate, list)) return std::nullopt;
  CertificateNames names;
  bool found = false;
  while (CBS_len(&list) != 0) {
    CBS extension;
    CBS id;
    CBS value;
    if (CBS_get_asn1(&list, &extension, CBS_ASN1_SEQUENCE) != 1 ||
        CBS_get_asn1(&extension, &id, CBS_ASN1_OBJECT) != 1 ||
        !skip_optional(extension, CBS_ASN1_BOOLEAN) ||
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
