#include "crypto/digest.h"

#include <openssl/sha.h>

namespace gatehouse::crypto {

Sha256 sha256(ByteView bytes) {
  Sha256 digest;
  SHA256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

Sha1 sha1(ByteView bytes) {
  Sha1 digest;
  SHA1(bytes.data(), bytes.size(), digest.data());
  return digest;
}

std::string hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace gatehouse::crypto
