#pragma once

#include <string>

#include "api/messages.h"
#include "config/settings.h"
#include "config/settle_report.h"

namespace gatehouse::config {

// As valid values; what is wrong is reported and left out.
Binding settle_binding(const std::string& name, const api::Binding& written, const FieldPath& at,
                       SettleReport& report);
// None: the key is no address.
std::optional<Listener> settle_listener(const std::string& key, const api::Listener& written,
                                        const FieldPath& at, SettleReport& report);

}  // namespace gatehouse::config
