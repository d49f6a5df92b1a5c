#include "crypto/exchange/ber.h"

#include <openssl/bytestring.h>

#include "crypto/handles.h"

namespace gatehouse::crypto {
namespace {

constexpr CBS_ASN1_TAG kOctetStringInParts = CBS_ASN1_OCTETSTRING | CBS_ASN1_CONSTRUCTED;

// How far an element's content reaches: to the end of its bytes, or to a mark of two zeros.
enum class Until : unsigned char { end, mark };

struct Element {
  CBS content;  // empty where the length is indefinite: it follows
  CBS_ASN1_TAG tag = 0;
  bool indefinite = false;
};

bool take(CBS& in, Element& out) {
  std::size_t header_size = 0;
  int ber_found = 0;
  int indefinite = 0;
  if (CBS_get_any_ber_asn1_element(&in, &out.content, &out.tag, &header_size, &ber_found,
                                   &indefinite) != 1) {
    return false;
  }
  out.indefinite = indefinite == 1;
  return CBS_skip(&out.content, header_size) == 1;
}

bool take_mark(CBS& in) {
  if (CBS_len(&in) < 2 || CBS_data(&in)[0] != 0 || CBS_data(&in)[1] != 0) return false;
  return CBS_skip(&in, 2) == 1;
}

// Calls `one` for each element until the end or the mark, whichever is due.
bool for_each_element(CBS& in, Until until, unsigned depth, auto one) {
  if (depth > kDeepestBer) return false;
  while (CBS_len(&in) > 0) {
    if (until == Until::mark && take_mark(in)) return true;
    Element element;
    if (!take(in, element) || !one(element)) return false;
  }
  return until == Until::end;
}

// The content lies in the element itself, or behind its header.
bool write_content(Element& element, CBS& in, auto write) {
  if (element.indefinite) return write(in, Until::mark);
  return write(element.content, Until::end);
}

bool append(CBB& out, const CBS& bytes) {
  return CBB_add_bytes(&out, CBS_data(&bytes), CBS_len(&bytes)) == 1;
}

// The bytes of octet strings in a row; a part may be in parts itself.
bool write_parts(CBS& in, CBB& out, Until until, unsigned depth) {
  return for_each_element(in, until, depth, [&](Element& element) {
    if (element.tag == CBS_ASN1_OCTETSTRING) return append(out, element.content);
    return element.tag == kOctetStringInParts &&
           write_content(element, in, [&](CBS& content, Until end) {
             return write_parts(content, out, end, depth + 1);
           });
  });
}

bool write_elements(CBS& in, CBB& out, Until until, unsigned depth) {
  return for_each_element(in, until, depth, [&](Element& element) {
    const bool in_parts = element.tag == kOctetStringInParts;
    CBB inside;
    if (CBB_add_asn1(&out, &inside, in_parts ? CBS_ASN1_OCTETSTRING : element.tag) != 1) {
      return false;
    }
    if ((element.tag & CBS_ASN1_CONSTRUCTED) == 0) {
      return append(inside, element.content) && CBB_flush(&out) == 1;
    }
    return write_content(element, in,
                         [&](CBS& content, Until end) {
                           return in_parts ? write_parts(content, inside, end, depth + 1)
                                           : write_elements(content, inside, end, depth + 1);
                         }) &&
           CBB_flush(&out) == 1;
  });
}

}  // namespace

std::optional<Secret> der_from_ber(ByteView ber) {
  CBS in;
  CBS_init(&in, ber.data(), ber.size());
  bssl::ScopedCBB out;
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (CBB_init(out.get(), ber.size()) != 1 || !write_elements(in, *out.get(), Until::end, 0) ||
      CBB_finish(out.get(), &bytes, &size) != 1) {
    return std::nullopt;
  }
  const LibraryBytes owned(bytes);
  return Secret(ByteView(bytes, size));
}

}  // namespace gatehouse::crypto
