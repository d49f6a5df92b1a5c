#pragma once

#include <optional>
#include <set>
#include <string>

#include "config/settings.h"

namespace gatehouse::config {

// The valid values of a configuration that differs from the one of `before` in these sites only;
// `written` holds those of them that exist now. Costs what the sites cost, and a look at the
// others. nullopt: there is something to say, so settle() is to look at the whole.
std::optional<Settings> settle_changed(const Settings& before, const Document& written,
                                       const std::set<std::string>& sites);

}  // namespace gatehouse::config
