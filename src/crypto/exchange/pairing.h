#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/exchange/bundle.h"
#include "crypto/exchange/refusal.h"
#include "crypto/identity.h"

namespace gatehouse::crypto {

// Who issued the last certificate of a chain, where the file does not hold it. It may be a root,
// which clients have and servers do not send: only who knows the trust anchors can tell.
struct MissingIssuer {
  std::string name;               // RFC 4514
  std::vector<std::string> urls;  // where the certificate says that it is (AIA, RFC 5280 4.2.2.1)

  friend bool operator==(const MissingIssuer&, const MissingIssuer&) = default;
};

// A key with its certificate and what of the chain is in the file.
struct PairedIdentity {
  Identity identity;  // leaf first, then upwards, without the root
  std::string friendly_name;
  std::optional<Certificate> root;       // that the chain leads up to, where the file holds it
  std::optional<MissingIssuer> missing;  // none: the chain is complete to its root
};

// What is in a bundle, each thing where it belongs. Every certificate is in at least one place.
struct Pairing {
  std::vector<PairedIdentity> identities;  // in the order of their keys
  std::vector<Refusal> refusals;           // keys that make no identity: not_a_pair, weak_key
  std::vector<Certificate> anchors;        // CAs that issued themselves
  std::vector<Certificate> intermediates;  // other CAs, unless they are in the chain of an identity
  std::vector<Certificate> others;         // for servers, clients and people, without a key here
  std::size_t duplicates = 0;              // that were dropped
};

// Finds out by the keys themselves what belongs together; labels name things, they prove nothing.
// Where a key has several certificates, the one that is valid at `now` and lasts longest is taken.
// Whether an identity can be used is another question: see refusals().
Pairing pair(const Bundle& bundle, WallTime now);

// http and https URLs of the issuer's certificate (caIssuers); they come from the certificate, so
// nothing may be fetched from them unasked.
std::vector<std::string> issuer_urls(const Certificate& certificate);

}  // namespace gatehouse::crypto
