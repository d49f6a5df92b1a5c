#pragma once

#include <span>
#include <string>
#include <string_view>

#include "certs/trust/trust_root.h"
#include "crypto/certificate.h"

namespace gatehouse::certs {

// A configuration profile of Apple's (unsigned .mobileconfig) that installs the anchor as a root.
// The same anchor gives the same bytes, so that a profile that is installed again replaces the one
// before.
std::string configuration_profile(const crypto::Certificate& anchor);
// The same with several roots, of which the first gives it its identity: the
// profile with the next root takes the place of the one without it.
std::string configuration_profile(std::span<const TrustRoot> roots);

// A UUID (RFC 9562 version 8) that follows from a fingerprint and what it is for.
std::string stable_uuid(const crypto::Sha256& fingerprint, std::string_view purpose);

}  // namespace gatehouse::certs
