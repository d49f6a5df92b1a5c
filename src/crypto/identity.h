#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/certificate.h"
#include "crypto/private_key.h"

namespace gatehouse::crypto {

// A certificate with what is needed to use it: the chain to send, and the key.
struct Identity {
  std::vector<Certificate> chain;  // the leaf first, each issued by the next, no root; never empty
  PrivateKey key;

  const Certificate& leaf() const { return chain.front(); }

  // Certificates and key in any order, in two texts or twice the same one. The leaf is the
  // certificate of the key; what does not lead up from it is left out, and so is the root. Refused
  // with a sentence: no certificate, no key, not a pair. Expiry is no error here: see doubts().
  static Result<Identity> from_pem(std::string_view certificates, std::string_view key);

  // Leaf first, as servers want it; public.
  std::string chain_pem() const;
  // Key first, then the chain: one file that cannot disagree with itself.
  Secret to_pem() const;

  // What a person should know before serving this: expired, not yet valid, no names, a wrong
  // purpose. Sentences; empty when all is well.
  std::vector<std::string> doubts(WallTime now) const;
};

// Both parts in one text.
Result<Identity> parse_pem_identity(std::string_view text);

}  // namespace gatehouse::crypto
