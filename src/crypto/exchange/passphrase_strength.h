#pragma once

#include <string>

#include "crypto/exchange/passphrase.h"

namespace gatehouse::crypto {

// From here on a passphrase protects a private key that leaves the machine: 2^60 tries of 2,048
// rounds each are beyond what is worth it for one file.
inline constexpr unsigned kStrongPassphraseBits = 60;

struct PassphraseEstimate {
  unsigned bits = 0;  // of guessing: each more doubles the work
  bool strong() const { return bits >= kStrongPassphraseBits; }
  // What to do when it is not strong, a sentence without the passphrase; "" when it is.
  std::string advice;
};

// How hard the passphrase is to guess, seen from somebody who knows how people choose: words count
// two bits a letter, letters changed into digits (p4ssw0rd) count as letters, a year 7 bits,
// sequences, rows of the keyboard and repetitions next to nothing, the commonest passwords 6 bits.
// It knows no dictionary and no names: a phrase out of a book looks stronger than it is, random
// letters look weaker. Small and honest rather than exact.
PassphraseEstimate estimate_passphrase(const Passphrase& passphrase);

// Random, 120 bits: six groups of four of Crockford's base32, "7h2k-..."; strong by the estimate
// too.
Passphrase generate_passphrase();

}  // namespace gatehouse::crypto
