#pragma once

#include <string>
#include <string_view>

#include "certs/authority/authority_name.h"
#include "certs/record.h"

// Where authorities rest in kv, beside the certificate store's own entries.
namespace gatehouse::certs::keys {

inline constexpr std::string_view kAuthorities = "certs/authority/";

inline std::string authority(const AuthorityName& name) {
  return std::string(kAuthorities) + name.text();
}
inline std::string issued(const AuthorityName& name) { return "certs/issued/" + name.text() + "/"; }
inline std::string issued(const AuthorityName& name, std::string_view serial) {
  return issued(name) + std::string(serial);
}
// The latest list of what this issuer has revoked.
inline std::string revocations(const AuthorityName& name, const RecordId& issuer) {
  return "certs/revocations/" + name.text() + "/" + issuer.text();
}

}  // namespace gatehouse::certs::keys
