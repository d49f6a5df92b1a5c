#pragma once

#include <span>

#include "base/clock.h"
#include "base/result.h"
#include "base/server_name.h"
#include "crypto/certificate.h"

namespace gatehouse::crypto {

// Would a TLS client that trusts `anchors` alone accept this chain (leaf first) for `name` at
// `now`? The error says why not. Signature, validity, constraints, purpose serverAuth and name are
// looked at, as a browser does; the common name is not.
Result<Ok> verify_server_chain(std::span<const Certificate> chain,
                               std::span<const Certificate> anchors, const ServerName& name,
                               WallTime now);

}  // namespace gatehouse::crypto
