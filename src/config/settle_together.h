#pragma once

#include "config/settings.h"
#include "config/settle_report.h"

namespace gatehouse::config {

// What no single value shows: names published twice, addresses that are to be two things, bindings
// that name nothing. Sites that are not enabled are not looked at.
void settle_together(const Settings& settings, const FieldPath& root, SettleReport& report);

}  // namespace gatehouse::config
