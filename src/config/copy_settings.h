#pragma once

#include <string>

#include "api/messages.h"
#include "certs/copies/copy.h"
#include "config/settle_report.h"

namespace gatehouse::config {

// As valid values; what is wrong is reported and left out.
certs::Copy settle_copy(const std::string& name, const api::Copy& written, const FieldPath& at,
                        SettleReport& report);

}  // namespace gatehouse::config
