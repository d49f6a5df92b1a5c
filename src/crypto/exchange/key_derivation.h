#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <openssl/evp.h>

#include "base/bytes.h"

namespace gatehouse::crypto {

// Counts the rounds that a file may still ask for. A file of 80 bytes can ask for 2^31, and nothing
// in it can be checked before they are done.
class RoundBudget {
 public:
  explicit RoundBudget(std::uint64_t rounds) : left_(rounds) {}

  // False, and nothing taken, if that many are not left.
  bool take(std::uint64_t rounds) {
    if (rounds > left_) return false;
    left_ -= rounds;
    return true;
  }

 private:
  std::uint64_t left_;
};

// The derivations below return nothing only when the library fails. They block for as long as their
// rounds take: the caller has asked the budget.

struct Salted {
  ByteView salt;
  std::uint32_t rounds = 1;  // at least 1
};

enum class Pkcs12Use : unsigned char { key = 1, iv = 2, mac = 3 };

// RFC 7292 appendix B.2; `wide` is the passphrase as that appendix wants it.
std::optional<Secret> derive_pkcs12(const EVP_MD* digest, Pkcs12Use use, ByteView wide,
                                    const Salted& salted, std::size_t size);

// RFC 8018 section 5.1; at most the digest's size.
std::optional<Secret> derive_pbkdf1(const EVP_MD* digest, ByteView passphrase, const Salted& salted,
                                    std::size_t size);

// RFC 8018 section 5.2.
std::optional<Secret> derive_pbkdf2(const EVP_MD* digest, ByteView passphrase, const Salted& salted,
                                    std::size_t size);

// What "DEK-Info" of old PEM keys means: MD5, one round, the first 8 bytes of the IV as salt.
std::optional<Secret> derive_dek_info(ByteView passphrase, ByteView salt, std::size_t size);

}  // namespace gatehouse::crypto
