#pragma once

#include "certs/trust/system/trust.h"

namespace gatehouse::certs {

// An NSS database: Chromium has one for a user, Firefox one for a profile.
struct NssDatabase {
  std::string owner;  // "Chromium", "Firefox"
  std::filesystem::path folder;
  bool make_if_missing = false;

  std::string text() const { return owner + " (" + folder.string() + ")"; }
};

std::vector<NssDatabase> find_nss_databases(const TrustPlaces& places, const CommandRunner& runner);

TrustStep install_in_nss(const crypto::Certificate& anchor, const NssDatabase& database,
                         CommandRunner& runner);
TrustStep uninstall_from_nss(const crypto::Certificate& anchor, const NssDatabase& database,
                             CommandRunner& runner);
TrustStatus status_of_nss(const crypto::Certificate& anchor, const NssDatabase& database,
                          CommandRunner& runner);

}  // namespace gatehouse::certs
