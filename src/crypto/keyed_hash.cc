#include "crypto/keyed_hash.h"

#include <bit>

#include <openssl/siphash.h>

#include "base/bytes.h"
#include "crypto/random.h"

namespace gatehouse::crypto {

KeyedHash KeyedHash::random() {
  std::array<std::uint8_t, sizeof(Key)> bytes{};
  fill_random(bytes);
  return KeyedHash(std::bit_cast<Key>(bytes));
}

std::uint64_t KeyedHash::operator()(std::string_view text) const {
  const ByteView bytes = as_bytes(text);
  return SIPHASH_24(key_.data(), bytes.data(), bytes.size());
}

}  // namespace gatehouse::crypto
