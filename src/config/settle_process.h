#pragma once

#include "api/messages.h"
#include "config/settings.h"
#include "config/settle_report.h"

namespace gatehouse::config {

// What holds for the whole program: everything but sites, bindings and listeners.
void settle_process(const api::Configuration& written, const FieldPath& root, Settings& settings,
                    SettleReport& report);

}  // namespace gatehouse::config
