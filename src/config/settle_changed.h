#pragma once

#include <optional>
#include <set>
#include <string>

#include "config/settings.h"

namespace gatehouse::config {

// The valid values of a configuration that differs from the one of `before` in these sites only;
// `written` holds those of them that exist now. The diagnostics are warnings about these sites.
// Costs what these sites and the bindings cost. nullopt: something is wrong, or there is something
// to say of what is no site, so settle() is to look at the whole.
std::optional<Settled> settle_changed(const Settings& before, const Document& written,
                                      const std::set<std::string>& sites);

}  // namespace gatehouse::config
