#pragma once

#include "api/messages.h"
#include "base/result.h"
#include "certs/trust/trust_root.h"
#include "cli/command.h"

namespace gatehouse::app {

// Whom `gatehouse trust` is about: the machine's own CA, by the anchor in its state folder, with
// its next root where a running gatehouse tells of one; or a CA that an administrator made, as the
// running gatehouse knows it. Errors: not_found; unreachable.
Result<certs::TrustedCa> trusted_ca(const cli::TrustCommand& command);

// What the gatehouse that runs on this state folder tells of the CA.
Result<api::ShowTrustResponse> ask_for_trust(const cli::TrustCommand& command);

}  // namespace gatehouse::app
