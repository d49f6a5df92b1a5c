#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "certs/record_name.h"
#include "crypto/certificate.h"
#include "crypto/identity.h"
#include "crypto/strength.h"

namespace gatehouse::certs {

// Where a certificate rests, by what it is: with its key; a root that is trusted; an authority
// between the two.
enum class Shelf : unsigned char { identities, anchors, intermediates };
inline constexpr std::array kShelves{Shelf::identities, Shelf::anchors, Shelf::intermediates};
std::string_view shelf_text(Shelf shelf);
std::optional<Shelf> shelf_of(std::string_view text);

// Where a certificate came from.
enum class Origin : unsigned char { default_identity, self_signed, local_ca, import, files };
std::string_view origin_text(Origin origin);
std::optional<Origin> origin_of(std::string_view text);

// What a certificate may be used for, by its extended key usage.
enum class Role : unsigned char { server, client };
std::string_view role_text(Role role);  // "serverAuth"

// For whom a certificate is kept: the machine, or one of its users.
class Owner {
 public:
  static Owner machine() { return Owner("machine"); }
  // "machine" or "user:NAME", where NAME has 1 to 64 letters, digits and . _ - @
  static Result<Owner> parse(std::string_view text);

  const std::string& text() const { return text_; }
  friend bool operator==(const Owner&, const Owner&) = default;

 private:
  explicit Owner(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// Stays the same when a certificate is renamed or replaced; says nothing about it and is never
// given twice.
class RecordId {
 public:
  static constexpr std::size_t kBytes = 16;

  static RecordId random();
  // 32 hexadecimal digits in lower case.
  static Result<RecordId> parse(std::string_view text);
  // Nothing unless there are kBytes of them.
  static std::optional<RecordId> from(ByteView bytes);

  std::string text() const { return crypto::hex(bytes_); }
  ByteView bytes() const { return bytes_; }
  friend auto operator<=>(const RecordId&, const RecordId&) = default;

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

// What a person and the store say about a certificate; all else is in the certificate itself.
struct RecordFacts {
  RecordId id;
  Shelf shelf = Shelf::identities;
  RecordName name;
  Owner owner;
  Origin origin = Origin::import;
  WallTime created;
  std::uint32_t version = 1;  // counts the changes of the record
};

// A certificate that is kept. Its private key is not part of it and never leaves the store with it.
struct Record {
  // Reads the certificate: a few dozen microseconds. `chain` is not empty.
  Record(RecordFacts facts, std::vector<crypto::Certificate> chain);

  RecordId id;
  Shelf shelf;
  RecordName name;  // unique on its shelf for its owner
  Owner owner;
  Origin origin;
  WallTime created;
  std::uint32_t version;
  std::optional<WallTime> last_served;  // to the hour

  std::vector<crypto::Certificate>
      chain;  // leaf first, no root; one certificate if it is no identity
  // Of the leaf:
  std::vector<std::string> names;  // its subjectAltName: DNS names, then addresses
  std::string subject;             // RFC 4514
  std::string issuer;
  crypto::Sha1 sha1;
  crypto::Sha256 sha256;
  bool server;  // roles
  bool client;
  bool authority;
  WallTime not_before;
  WallTime not_after;
  std::string key_type;                               // "ECDSA P-256"
  std::optional<crypto::KeyAlgorithm> key_algorithm;  // none: it cannot be served

  const crypto::Certificate& leaf() const { return chain.front(); }
  bool valid_at(WallTime now) const { return not_before <= now && now <= not_after; }
  bool has(Role role) const { return role == Role::server ? server : client; }
  RecordFacts facts() const { return {id, shelf, name, owner, origin, created, version}; }
};

// What is known of a certificate without reading it: for a million of them.
struct RecordSummary {
  RecordId id = {};
  std::vector<std::string> names = {};
  WallTime not_before = {};
  WallTime not_after = {};
  crypto::Sha256 sha256{};
  std::optional<crypto::KeyAlgorithm> key_algorithm = {};
  bool server = false;  // role
  Owner owner = Owner::machine();
  friend bool operator==(const RecordSummary&, const RecordSummary&) = default;
};
RecordSummary summary_of(const Record& record);

// The shelf of a certificate whose key is not at hand. Errors: it belongs on none of them without
// its key; the reason.
Result<Shelf> shelf_of(const crypto::Certificate& certificate);

// The friendly name of a certificate that was given none: its first name, else its common name,
// else its subject.
RecordName made_name(const crypto::Certificate& certificate);

}  // namespace gatehouse::certs
