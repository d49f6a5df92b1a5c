#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"

namespace gatehouse::certs {

// Clients take a list for so long.
inline constexpr std::chrono::hours kRevocationListLife{7 * 24};

// The latest revocation list of an issuer.
struct KeptRevocationList {
  std::string issuer;        // "server issuer 1.1"
  std::uint64_t number = 0;  // rises from list to list; 0: there was none yet
  WallTime this_update;
  WallTime next_update;
  std::uint32_t revoked = 0;
  Bytes der = {};  // empty: something was revoked since

  // It is as good as a new one.
  bool current(WallTime now) const {
    return !der.empty() && this_update <= now && now < this_update + kRevocationListLife / 2;
  }
};

Bytes encode_revocation_list(const KeptRevocationList& list);
std::optional<KeptRevocationList> decode_revocation_list(ByteView value);

}  // namespace gatehouse::certs
