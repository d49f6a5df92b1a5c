#include "crypto/exchange/der.h"

#include "crypto/handles.h"

namespace gatehouse::crypto {
namespace {

ByteView bytes_of(const CBS& part) { return {CBS_data(&part), CBS_len(&part)}; }

}  // namespace

std::optional<ByteView> Der::content(CBS_ASN1_TAG tag) {
  CBS walk = rest_;
  CBS found;
  if (CBS_get_asn1(&walk, &found, tag) != 1) return std::nullopt;
  rest_ = walk;
  return bytes_of(found);
}

std::optional<Der> Der::enter(CBS_ASN1_TAG tag) {
  const auto inside = content(tag);
  if (!inside) return std::nullopt;
  return Der(*inside);
}

std::optional<ByteView> Der::element() {
  CBS walk = rest_;
  CBS found;
  if (CBS_get_any_asn1_element(&walk, &found, nullptr, nullptr) != 1) return std::nullopt;
  rest_ = walk;
  return bytes_of(found);
}

std::optional<ByteView> Der::element(CBS_ASN1_TAG tag) {
  if (!at(tag)) return std::nullopt;
  return element();
}

std::optional<std::string> Der::object_id() {
  CBS walk = rest_;
  CBS found;
  if (CBS_get_asn1(&walk, &found, CBS_ASN1_OBJECT) != 1) return std::nullopt;
  const std::unique_ptr<char, Freer<OPENSSL_free>> text(CBS_asn1_oid_to_text(&found));
  if (!text) return std::nullopt;
  rest_ = walk;
  return std::string(text.get());
}

std::optional<std::uint64_t> Der::number() {
  CBS walk = rest_;
  std::uint64_t value = 0;
  if (CBS_get_asn1_uint64(&walk, &value) != 1) return std::nullopt;
  rest_ = walk;
  return value;
}

bool Der::skip_integer() { return content(CBS_ASN1_INTEGER).has_value(); }

bool Der::skip_optional(CBS_ASN1_TAG tag) { return !at(tag) || content(tag).has_value(); }

}  // namespace gatehouse::crypto
