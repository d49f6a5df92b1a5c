#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/identity.h"
#include "crypto/issue.h"

namespace gatehouse::crypto {

// Why a key or certificate cannot do what it is brought for.
struct Refusal {
  enum class Kind : unsigned char {
    not_a_pair,
    weak_key,  // RSA below 2048 bits, curves other than P-256, P-384 and P-521, DSA
    expired,
    not_yet_valid,
    weak_signature,  // SHA-1, MD5
    no_names,        // of a server
    wrong_role,      // by extended key usage and key usage
    ca_as_leaf,
  };

  Kind kind;
  std::string what;  // the reason and the remedy, a sentence
};

// Everything for which clients would refuse this chain in this role at `now`; empty when all is
// well. Chain and key are a pair, as in every Identity. Trust is another question.
std::vector<Refusal> refusals(const Identity& identity, Purpose role, WallTime now);

// What works, but not with everybody; sentences.
std::vector<std::string> notes(const Identity& identity);

}  // namespace gatehouse::crypto
