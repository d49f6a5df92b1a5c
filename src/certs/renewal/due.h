#pragma once

#include "base/clock.h"
#include "crypto/certificate.h"

namespace gatehouse::certs {

// When two thirds of a certificate's life are over: early enough to fail for a while, whatever the
// life is (6 days, 90 days, 20 years).
WallTime renewal_time(const crypto::Certificate& certificate);
WallTime renewal_time(WallTime not_before, WallTime not_after);

// Time to make a new one; also when this one is not valid yet, because the clock was set back.
bool is_due(const crypto::Certificate& certificate, WallTime now);

}  // namespace gatehouse::certs
