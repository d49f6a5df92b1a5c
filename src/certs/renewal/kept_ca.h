#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "certs/issuer/local_ca.h"
#include "certs/renewal/default_identity.h"
#include "certs/store/identity_files.h"

namespace gatehouse::certs {

// The local CA of a state folder, with what has to be written to keep it as it is now.
struct KeptCa {
  LocalCa ca;
  std::filesystem::path anchor_file;
  std::vector<PendingFile> files;
  std::vector<std::string> notices;
};

// Reads the CA, or makes one when there is none; a due or damaged issuer below it is made anew.
// Never replaces a root.
Result<KeptCa> kept_or_new_ca(const StateFolder& folder, const DefaultIdentityRequest& request,
                              WallTime now);

// The root, if there is one. Devices may trust it already, so losing it is a person's decision: a
// damaged, incomplete or expired one is an error that says what to do.
Result<std::optional<crypto::Identity>> kept_root(const StateFolder& folder, WallTime now);

std::filesystem::path anchor_file(const StateFolder& folder);

// The steps for a person who wants a CA with other constraints; `permit` may be empty.
std::string how_to_make_a_new_ca(const StateFolder& folder, std::string_view permit);

}  // namespace gatehouse::certs
