#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/identity.h"

namespace gatehouse::certs {

struct LoadedIdentity {
  crypto::Identity identity;
  std::vector<std::string> warnings;  // sentences; the identity can be used all the same
};

// A certificate and key that a person made elsewhere (--certificate, --key). Everything that would
// make clients refuse it is found here, before it replaces anything: a file that is missing,
// unreadable or damaged, a key of another certificate, an encrypted key, an expired certificate.
Result<LoadedIdentity> load_identity(const std::filesystem::path& certificate,
                                     const std::filesystem::path& key, WallTime now);

}  // namespace gatehouse::certs
