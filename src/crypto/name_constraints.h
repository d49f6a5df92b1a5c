#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/server_name.h"
#include "crypto/certificate.h"

namespace gatehouse::crypto {

// A range of addresses: `10.20.0.0/16`, `fd00::/8`, or one address.
class AddressRange {
 public:
  // Refuses bits behind the prefix: 10.1.2.3/8 is more likely a mistake than a range.
  static Result<AddressRange> parse(std::string_view text);
  // The address (of `address_and_mask`) must be 8 or 32 bytes with a mask of leading ones.
  static std::optional<AddressRange> from_address_and_mask(ByteView bytes);
  // The range of one address; `address` is one.
  static AddressRange only(const ServerName& address);

  bool contains(const ServerName& name) const;
  bool within(const AddressRange& wider) const;
  // As RFC 5280 section 4.2.1.10 writes a range.
  Bytes address_and_mask() const;
  std::string text() const;

  friend bool operator==(const AddressRange&, const AddressRange&) = default;

 private:
  AddressRange(Bytes address, std::size_t prefix) : address_(std::move(address)), prefix_(prefix) {}

  Bytes address_;  // 4 or 16
  std::size_t prefix_;
};

// What a CA may certify (RFC 5280 section 4.2.1.10): these names, all names below them, and these
// addresses. Every other host name, address, mail address and URI is invalid for every client: the
// extension is critical, and mail and URIs are permitted at the host `invalid` only, which RFC 2606
// reserves so that nobody can have it. Directory names stay free: Go's verifier refuses a chain
// that constrains them.
struct NameConstraints {
  std::vector<ServerName> domains;  // no address among them
  std::vector<AddressRange> addresses;

  bool permits(const ServerName& name) const;
  bool permits(const NamePattern& pattern) const;
  // Everything that is permitted here is permitted there.
  bool within(const NameConstraints& wider) const;
  // "localhost, plant4.local, 10.20.0.0/16"
  std::string text() const;

  friend bool operator==(const NameConstraints&, const NameConstraints&) = default;
};

// The constraints that a certificate carries, if they have the form above.
std::optional<NameConstraints> name_constraints_of(const Certificate& certificate);

// Adds the critical extension; false when the library fails.
bool add_name_constraints(X509* certificate, const NameConstraints& constraints);

}  // namespace gatehouse::crypto
