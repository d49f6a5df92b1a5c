#pragma once

#include <map>
#include <string>
#include <vector>

#include "control/in_force.h"

namespace gatehouse::control {

// Which certificates of the store the sites and bindings have chosen: one walk over all of them,
// for any number of questions. Immutable.
class SiteUsers {
 public:
  SiteUsers(const config::Settings& settings, const IdentitySet& identities);

  // "site shop.example", "binding pbx"
  std::vector<std::string> of(const certs::RecordId& id) const;

 private:
  void add(const std::optional<config::CertificateChoice>& choice, const IdentitySet& identities,
           const std::string& user);

  std::map<certs::RecordId, std::vector<std::string>> users_;
};

}  // namespace gatehouse::control
