#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "certs/authority/authority_name.h"
#include "certs/record.h"
#include "crypto/issue.h"
#include "kv/entry.h"

namespace gatehouse::certs {

// What a root is to its authority. A new one is shared with devices first, and signs only after an
// administrator has said that they trust it; the one before it stays trusted until what is below it
// has ended.
enum class RootState : unsigned char { next, active, retired };
std::string_view root_state_text(RootState state);

struct AuthorityRoot {
  std::uint32_t number = 1;  // counts the roots of the authority
  RootState state = RootState::active;
  crypto::Certificate certificate;
  RecordId anchor;              // its record on the shelf anchors
  std::optional<RecordId> key;  // its record on the shelf identities; none: the key is elsewhere
};

// Signs certificates for one purpose, and the list of those that were revoked.
struct AuthorityIssuer {
  std::uint32_t root = 1;    // below this one
  std::uint32_t number = 1;  // counts the issuers for its purpose below that root
  crypto::Purpose purpose = crypto::Purpose::server;
  bool active = true;  // the one of its purpose that signs; others only revoke
  crypto::Certificate certificate;
  RecordId key;  // its record on the shelf identities

  std::string text() const;  // "server issuer 1.1"
};

// How long its certificates live.
struct AuthorityLives {
  std::chrono::days root{20 * 365};
  std::chrono::days issuer{5 * 365};
  std::chrono::days leaf{90};
  friend bool operator==(const AuthorityLives&, const AuthorityLives&) = default;
};

// A local CA that an administrator made: everything about it but its keys, which rest in the
// certificate store.
struct Authority {
  AuthorityName name;
  WallTime created;
  crypto::KeyType key_type = crypto::KeyType::p256;  // of its own keys
  AuthorityLives lives = {};
  std::vector<AuthorityRoot> roots = {};      // oldest first
  std::vector<AuthorityIssuer> issuers = {};  // oldest first

  // As it was read; 0: it is new.
  kv::Revision revision = 0;

  const AuthorityRoot& active_root() const;
  AuthorityRoot& active_root();
  AuthorityRoot* next_root();
  const AuthorityRoot* root(std::uint32_t number) const;
  const AuthorityIssuer* active_issuer(crypto::Purpose purpose) const;
  // Of the active root. None: it may certify every name.
  std::optional<crypto::NameConstraints> constraints() const;
  // The number of the next issuer for the purpose below that root.
  std::uint32_t next_issuer_number(std::uint32_t root, crypto::Purpose purpose) const;
};

std::string_view purpose_text(crypto::Purpose purpose);  // "server"
// "p256", "rsa2048", ...
std::string_view key_type_text(crypto::KeyType type);
std::optional<crypto::KeyType> key_type_of(std::string_view text);

Bytes encode_authority(const Authority& authority);
std::optional<Authority> decode_authority(ByteView value);

}  // namespace gatehouse::certs
