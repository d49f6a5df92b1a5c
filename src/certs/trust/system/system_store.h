#pragma once

#include "certs/trust/system/trust.h"

namespace gatehouse::certs {

enum class StoreFlavour { debian, rhel, suse, arch };
enum class StoreChange { added, removed };

// The command that builds the bundle from the anchors; empty when it works inside its own root
// only.
std::vector<std::string> update_command(StoreFlavour flavour, const std::filesystem::path& root,
                                        StoreChange change);

// The store that curl, wget, Python and most other programs of a Linux read: Debian's (Alpine's is
// alike), RHEL's, SUSE's or Arch's, recognized by its folder.
TrustStep install_in_system_store(const crypto::Certificate& anchor,
                                  const std::filesystem::path& root, CommandRunner& runner);
TrustStep uninstall_from_system_store(const crypto::Certificate& anchor,
                                      const std::filesystem::path& root, CommandRunner& runner);
// Trusted: the bundle that programs read has the anchor.
TrustStatus status_of_system_store(const crypto::Certificate& anchor,
                                   const std::filesystem::path& root);

}  // namespace gatehouse::certs
