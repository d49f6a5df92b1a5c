#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "control/identities.h"

namespace gatehouse::control {

// A certificate of the local CA for these names, with a key that is kept nowhere: one that no
// browser was told to accept before. Errors: not_found (there is no local CA).
Result<crypto::Identity> issue_page_certificate(const IdentitySet& identities,
                                                const crypto::CertificateNames& names,
                                                WallTime now);

}  // namespace gatehouse::control
