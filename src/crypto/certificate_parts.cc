#include "crypto/certificate_parts.h"

#include <string>

#include <openssl/bytestring.h>

namespace gatehouse::crypto {
namespace {

constexpr CBS_ASN1_TAG kVersion = CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 0;
constexpr CBS_ASN1_TAG kIssuerId = CBS_ASN1_CONTEXT_SPECIFIC | 1;
constexpr CBS_ASN1_TAG kSubjectId = CBS_ASN1_CONTEXT_SPECIFIC | 2;
constexpr CBS_ASN1_TAG kExtensions = CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 3;

ByteView view(const CBS& bytes) { return {CBS_data(&bytes), CBS_len(&bytes)}; }

bool skip(CBS& in, CBS_ASN1_TAG tag) { return CBS_get_asn1(&in, nullptr, tag) == 1; }
bool skip_optional(CBS& in, CBS_ASN1_TAG tag) {
  return CBS_get_optional_asn1(&in, nullptr, nullptr, tag) == 1;
}
bool enter(CBS& in, CBS& to, CBS_ASN1_TAG tag = CBS_ASN1_SEQUENCE) {
  return CBS_get_asn1(&in, &to, tag) == 1;
}

bool take_extensions(CBS& body, ByteView& to) {
  CBS wrapped;
  CBS list;
  int there = 0;
  if (CBS_get_optional_asn1(&body, &wrapped, &there, kExtensions) != 1 || CBS_len(&body) != 0) {
    return false;
  }
  if (there == 0) return true;
  if (!enter(wrapped, list) || CBS_len(&wrapped) != 0) return false;
  to = view(list);
  return true;
}

void append_letters(std::string& to, ByteView text) {
  for (const std::uint8_t byte : text) {
    const char c = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) to += c;
  }
}

// What stays of a name however it is written; none: that cannot be said.
std::optional<std::string> essence_of(ByteView name) {
  std::string essence;
  CBS sets;
  CBS_init(&sets, name.data(), name.size());
  while (CBS_len(&sets) != 0) {
    CBS attributes;
    if (!enter(sets, attributes, CBS_ASN1_SET)) return std::nullopt;
    while (CBS_len(&attributes) != 0) {
      CBS attribute;
      CBS id;
      CBS text;
      CBS_ASN1_TAG tag = 0;
      if (!enter(attributes, attribute) || !enter(attribute, id, CBS_ASN1_OBJECT) ||
          CBS_get_any_asn1(&attribute, &text, &tag) != 1 || tag == CBS_ASN1_BMPSTRING ||
          tag == CBS_ASN1_UNIVERSALSTRING) {
        return std::nullopt;
      }
      essence.append(as_text(view(id)));
      append_letters(essence, view(text));
    }
  }
  return essence;
}

}  // namespace

std::optional<CertificateParts> parts_of(ByteView certificate) {
  CBS in;
  CBS outer;
  CBS body;
  CBS issuer;
  CBS subject;
  CBS_init(&in, certificate.data(), certificate.size());
  if (!enter(in, outer) || CBS_len(&in) != 0 || !enter(outer, body)) return std::nullopt;
  const bool named = skip_optional(body, kVersion) && skip(body, CBS_ASN1_INTEGER) &&
                     skip(body, CBS_ASN1_SEQUENCE) &&                          // signature
                     enter(body, issuer) && skip(body, CBS_ASN1_SEQUENCE) &&   // validity
                     enter(body, subject) && skip(body, CBS_ASN1_SEQUENCE) &&  // its key
                     skip_optional(body, kIssuerId) && skip_optional(body, kSubjectId);
  CertificateParts parts{view(issuer), view(subject), {}};
  if (!named || !take_extensions(body, parts.extensions)) return std::nullopt;
  return parts;
}

bool is_surely_not_issued_by(ByteView below, ByteView above) {
  const auto one = parts_of(below);
  const auto other = parts_of(above);
  if (!one || !other || as_text(one->issuer) == as_text(other->subject)) return false;
  const auto wanted = essence_of(one->issuer);
  return wanted && essence_of(other->subject).value_or(*wanted) != *wanted;
}

}  // namespace gatehouse::crypto
