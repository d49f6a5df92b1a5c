#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace gatehouse::crypto {

// A subject or issuer as a set of attributes: their order, the spacing around them, the spelling
// of their types (S and ST, E and emailAddress, an OID and its name) and the case of ASCII letters
// do not matter, runs of spaces count as one. Letters of other alphabets are compared as bytes, so
// that nothing that only looks alike is equal.
class DistinguishedName {
 public:
  // As Certificate::subject() writes it (RFC 4514) and as people and openssl do: "CN=a, O=b",
  // "C = CH, O = \"Doe, Inc.\"", attributes parted by , ; or +. At most 4096 bytes, 64 attributes.
  static Result<DistinguishedName> parse(std::string_view text);

  // The same attributes, none missing and none more.
  friend bool operator==(const DistinguishedName&, const DistinguishedName&) = default;
  // Every attribute of `wanted` is here.
  bool contains(const DistinguishedName& wanted) const;

  // Every CN in its compared form, sorted.
  std::vector<std::string> common_names() const;

  // The form in which values are compared.
  static std::string folded(std::string_view value);

 private:
  using Attribute = std::pair<std::string, std::string>;  // canonical type, folded value

  std::vector<Attribute> attributes_;  // sorted
};

}  // namespace gatehouse::crypto
