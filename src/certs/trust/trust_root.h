#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/certificate.h"

namespace gatehouse::certs {

// What a root is to its CA: the one that signs; one that devices come to trust before it does; one
// whose certificates live still.
enum class TrustRole : std::uint8_t { active, next, retired };
std::string_view trust_role_text(TrustRole role);  // "active"
TrustRole trust_role_of(std::string_view text);    // what is no role is active
// For people, of what is not active: "the next root, which signs nothing yet".
std::string_view trust_role_words(TrustRole role);

struct TrustRoot {
  crypto::Certificate certificate;
  TrustRole role = TrustRole::active;
};

// What `gatehouse ca list` calls the CA that gatehouse made for the machine; no other has that
// name.
inline constexpr std::string_view kMachineCa = "machine";
// Who says nothing means that one, too.
inline bool is_machine_ca(std::string_view name) { return name.empty() || name == kMachineCa; }

// A CA that devices are to trust.
struct TrustedCa {
  std::string name;  // of `gatehouse ca list`; empty: the one that gatehouse made for the machine
  std::vector<TrustRoot> roots;  // not empty, the active one first

  const crypto::Certificate& active() const { return roots.front().certificate; }
  // Behind `gatehouse trust VERB`: " --ca plant"
  std::string flag() const { return name.empty() ? name : " --ca " + name; }
};

}  // namespace gatehouse::certs
