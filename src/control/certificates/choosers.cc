#include "control/certificates/choosers.h"

#include <fmt/format.h>

#include "certs/choice.h"

namespace gatehouse::control {

std::vector<std::string> choosers(const config::Settings& settings, const certs::Record& record) {
  std::vector<std::string> all;
  // Configurations choose among the identities of the machine.
  if (record.shelf != certs::Shelf::identities || record.owner != certs::Owner::machine()) {
    return all;
  }
  const auto means = [&record](const config::SingleCertificate& one) {
    const auto* selector = std::get_if<certs::Selector>(&one);
    return selector != nullptr && certs::matches(*selector, record);
  };
  const auto chooses = [&means](const std::optional<config::CertificateChoice>& choice) {
    return choice && (means(choice->first) || (choice->second && means(*choice->second)));
  };
  for (const config::Site& site : settings.sites) {
    if (chooses(site.certificate)) all.push_back(fmt::format("site {}", site.name));
  }
  for (const config::Binding& binding : settings.bindings) {
    if (chooses(binding.certificate)) all.push_back(fmt::format("binding {}", binding.name));
  }
  return all;
}

}  // namespace gatehouse::control
