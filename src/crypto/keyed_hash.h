#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gatehouse::crypto {

// SipHash-2-4 under a key that nobody outside of this process knows: who chooses the texts cannot
// make them meet. 64 bits are no proof of identity; compare what was found. Any thread.
class KeyedHash {
 public:
  using Key = std::array<std::uint64_t, 2>;

  static KeyedHash random();
  explicit KeyedHash(const Key& key) : key_(key) {}

  std::uint64_t operator()(std::string_view text) const;

 private:
  Key key_;
};

}  // namespace gatehouse::crypto
