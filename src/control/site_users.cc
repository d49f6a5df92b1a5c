#include "control/site_users.h"

#include <fmt/format.h>

namespace gatehouse::control {

SiteUsers::SiteUsers(const config::Settings& settings, const IdentitySet& identities) {
  for (const config::Site& site : settings.sites) {
    if (site.certificate) add(site.certificate, identities, fmt::format("site {}", site.name));
  }
  for (const config::Binding& one : settings.bindings) {
    if (one.certificate) add(one.certificate, identities, fmt::format("binding {}", one.name));
  }
}

void SiteUsers::add(const std::optional<config::CertificateChoice>& choice,
                    const IdentitySet& identities, const std::string& user) {
  for (const ServedIdentityPtr& served : identities.all_of(choice, nullptr)) {
    if (served->record) users_[*served->record].push_back(user);
  }
}

std::vector<std::string> SiteUsers::of(const certs::RecordId& id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace gatehouse::control
