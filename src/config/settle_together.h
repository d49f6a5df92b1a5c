#pragma once

#include <set>
#include <string>

#include "config/settings.h"
#include "config/settle_report.h"

namespace gatehouse::config {

// What no single value shows: names published twice, addresses that are to be two things, bindings
// that name nothing. Sites that are not enabled are not looked at.
void settle_together(const Settings& settings, const FieldPath& root, SettleReport& report);

// The same in two parts, where nothing was wrong before these sites changed. The first reports
// something if these sites are in the way of anything, or if there is something to say of what is
// no site; places and sentences may be others. The second reports what there is to say of each of
// them.
void settle_changed_together(const Settings& settings, const std::set<std::string>& sites,
                             const FieldPath& root, SettleReport& report);
void settle_boundaries(const Settings& settings, const std::set<std::string>& sites,
                       const FieldPath& root, SettleReport& report);

}  // namespace gatehouse::config
