#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/server_name.h"
#include "crypto/certificate.h"

namespace gatehouse::crypto {

// One reason why a client would not accept a chain.
struct ChainFault {
  enum class Kind : unsigned char {
    unknown_issuer,  // the path ends at an issuer that is neither sent nor trusted
    unknown_root,    // the path ends at a root that was sent, and nobody here trusts it
    self_signed,     // the leaf is signed by itself and nobody here trusts it
    expired,
    not_yet_valid,
    wrong_name,
    wrong_purpose,  // not for servers
    not_permitted,  // outside of what a CA above may certify
    bad_signature,
    other,
  };

  Kind kind;
  std::string subject{};  // of the certificate at fault, RFC 4514
  std::string issuer{};
  std::string reason{};  // in the library's words
};

// Every reason for which a TLS client that trusts `anchors` alone would refuse this chain (leaf
// first, in any order behind it) for `name` at `now`; empty: it would be accepted. Unlike
// verify_server_chain() it does not stop at the first. Without `name` the name is not looked at.
std::vector<ChainFault> chain_faults(std::span<const Certificate> chain,
                                     std::span<const Certificate> anchors,
                                     const std::optional<ServerName>& name, WallTime now);

}  // namespace gatehouse::crypto
