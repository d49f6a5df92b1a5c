#pragma once

#include <filesystem>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/identity.h"

namespace gatehouse::control {

// A certificate of the local CA in a state folder for these names, with a key and an issuer that
// are kept nowhere: one that no browser was told to accept before. Blocks on the disk. Errors:
// not_found (there is no local CA), and those of its files.
Result<crypto::Identity> issue_page_certificate(const std::filesystem::path& state,
                                                const crypto::CertificateNames& names,
                                                WallTime now);

}  // namespace gatehouse::control
