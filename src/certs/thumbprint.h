#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/digest.h"

namespace gatehouse::certs {

// A thumbprint, or its beginning, as people paste it from a browser, a dialog of Windows, openssl
// or a letter: hexadecimal digits in any case with spaces, dashes, slashes, colons and invisible
// marks anywhere, and a label such as "SHA1:" or "sha256 Fingerprint=" in front.
class Thumbprint {
 public:
  static constexpr std::size_t kFewestDigits = 8;
  static constexpr std::size_t kSha1Digits = 40;
  static constexpr std::size_t kSha256Digits = 64;

  // 8 to 64 digits. Errors say what is wrong with the text, and show none of its odd characters.
  static Result<Thumbprint> parse(std::string_view text);

  // Lower case, without anything between.
  const std::string& digits() const { return digits_; }
  bool may_be_sha1() const { return sha1_; }
  bool may_be_sha256() const { return sha256_; }
  // It names one certificate and no other: all digits of either kind are there.
  bool whole() const;

  // It is the thumbprint with these digests, or the beginning of one of the two.
  bool matches(const crypto::Sha1& sha1, const crypto::Sha256& sha256) const;

  friend bool operator==(const Thumbprint&, const Thumbprint&) = default;

 private:
  Thumbprint(std::string digits, bool sha1, bool sha256)
      : digits_(std::move(digits)), sha1_(sha1), sha256_(sha256) {}

  std::string digits_;
  bool sha1_;
  bool sha256_;
};

}  // namespace gatehouse::certs
