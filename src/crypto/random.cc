#include "crypto/random.h"

#include <openssl/mem.h>
#include <openssl/rand.h>

namespace gatehouse::crypto {

void fill_random(std::span<std::uint8_t> bytes) {
  RAND_bytes(bytes.data(), bytes.size());  // ends the process rather than fail
}

Secret random_secret(std::size_t size) {
  Bytes bytes(size);
  fill_random(bytes);
  Secret secret{ByteView(bytes)};
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return secret;
}

}  // namespace gatehouse::crypto
