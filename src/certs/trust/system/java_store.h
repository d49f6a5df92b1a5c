#pragma once

#include <vector>

#include "certs/trust/system/trust.h"

namespace gatehouse::certs {

// The file cacerts of a Java installation, with the keytool that changes it.
struct JavaStore {
  std::filesystem::path file;
  std::string keytool;  // empty: there is none
};

// Every Java below the usual folders. Left out are those whose file is made of the system's store
// by the distribution (Debian's hook, RHEL, SUSE): they follow that one.
std::vector<JavaStore> find_java_stores(const TrustPlaces& places, const CommandRunner& runner);

TrustStep install_in_java(const crypto::Certificate& anchor, const JavaStore& store,
                          CommandRunner& runner);
TrustStep uninstall_from_java(const crypto::Certificate& anchor, const JavaStore& store,
                              CommandRunner& runner);
TrustStatus status_of_java(const crypto::Certificate& anchor, const JavaStore& store,
                           CommandRunner& runner);

}  // namespace gatehouse::certs
