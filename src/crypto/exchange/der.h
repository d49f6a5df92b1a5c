#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <openssl/bytestring.h>

#include "base/bytes.h"

namespace gatehouse::crypto {

// Context-specific tags, [0] and so on.
constexpr CBS_ASN1_TAG context(unsigned number) { return CBS_ASN1_CONTEXT_SPECIFIC | number; }
constexpr CBS_ASN1_TAG constructed_context(unsigned number) {
  return context(number) | CBS_ASN1_CONSTRUCTED;
}

// Walks over DER elements, strictly. Borrows the bytes. What is not there, or is damaged, is
// nullopt, and the walk stays where it was.
class Der {
 public:
  explicit Der(ByteView bytes) { CBS_init(&rest_, bytes.data(), bytes.size()); }

  bool done() const { return CBS_len(&rest_) == 0; }
  bool at(CBS_ASN1_TAG tag) const { return CBS_peek_asn1_tag(&rest_, tag) == 1; }
  ByteView rest() const { return {CBS_data(&rest_), CBS_len(&rest_)}; }

  // The content of the next element.
  std::optional<ByteView> content(CBS_ASN1_TAG tag);
  std::optional<Der> enter(CBS_ASN1_TAG tag);
  std::optional<Der> sequence() { return enter(CBS_ASN1_SEQUENCE); }
  std::optional<ByteView> octets() { return content(CBS_ASN1_OCTETSTRING); }

  // The next element whole, with its tag and length.
  std::optional<ByteView> element();
  std::optional<ByteView> element(CBS_ASN1_TAG tag);

  // Dotted, "1.2.840.113549.1.7.1".
  std::optional<std::string> object_id();
  std::optional<std::uint64_t> number();
  bool skip_integer();  // of any size
  // Steps over the element if it is there; false only if it is damaged.
  bool skip_optional(CBS_ASN1_TAG tag);

 private:
  CBS rest_;
};

}  // namespace gatehouse::crypto
