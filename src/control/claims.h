#pragma once

#include "control/in_force.h"
#include "control/prover.h"

namespace gatehouse::control {

// No change waits for more proofs than these.
inline constexpr std::size_t kMostClaims = 20;

struct Claims {
  std::vector<Claim> some;
  std::size_t left_out = 0;  // sites and bindings that are new or other, beyond kMostClaims
};

// What should be seen after a change: for each site and binding that `before` has otherwise or not
// at all (nullptr: nothing was before), a handshake by one of its names at one of its listeners,
// and its plain HTTP. For a change that is in none of them: the same of one site.
Claims claims(const config::Settings* before, const InForce& after,
              const std::vector<OpenListener>& listeners, WallTime now);

// The same for certificates alone: for each site and binding that gets another one.
Claims certificate_claims(const IdentitySet& before, const InForce& after,
                          const std::vector<OpenListener>& listeners, WallTime now);

// Where this machine reaches a listener: loopback for one of all addresses.
io::SocketAddress dialled(const io::SocketAddress& listening);

}  // namespace gatehouse::control
