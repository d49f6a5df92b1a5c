#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/exchange/encryption_scheme.h"

namespace gatehouse::crypto {

// Opens what a file has locked with a passphrase, within the rounds that one file may cost.
class Unlocker {
 public:
  // `passphrase` is borrowed for the call. Without one the empty passphrase is tried: files with an
  // empty one are common, and their owners often do not know of it.
  Unlocker(const Passphrase* passphrase, std::uint64_t rounds);

  // Whether decrypted bytes are what was expected; a wrong passphrase may pass the cipher by
  // chance.
  using Fits = bool (*)(ByteView plain);

  // `what` names it for the error: "the private key".
  Read<Secret> open(std::string_view what, ByteView algorithm, ByteView encrypted, Fits fits);

  // Tries every spelling once until `fits`; `form` is the part of it that `fits` looks at, and
  // `work` is what one try costs.
  Read<Ok> prove(std::string_view what, Secret PassphraseSpelling::* form, std::uint64_t work,
                 const std::function<bool(const PassphraseSpelling&)>& fits);

  // Something was opened with the empty passphrase though none was given.
  bool opened_with_empty() const { return opened_ && !given_; }

 private:
  std::unexpected<ReadFailure> refused(std::string_view what) const;

  bool given_;
  bool opened_ = false;
  std::vector<PassphraseSpelling> spellings_;  // the one that fitted last comes first
  RoundBudget budget_;
};

// One SEQUENCE and nothing behind it: what every encrypted thing is when it is open.
bool is_one_sequence(ByteView plain);

}  // namespace gatehouse::crypto
