#pragma once

#include <optional>
#include <string>

#include "api/messages.h"
#include "config/settings.h"
#include "config/settle_report.h"

namespace gatehouse::config {

// A site as valid values. What is wrong is reported and left out of the answer, so that the whole
// can still be looked at.
Site settle_site(const std::string& name, const api::Site& written, const FieldPath& at,
                 SettleReport& report);

// None: nothing is written.
std::optional<tls::Profile> settle_profile(const std::string& written, const FieldPath& at,
                                           SettleReport& report);
std::string settle_owner(const std::string& written, const FieldPath& at, SettleReport& report);

}  // namespace gatehouse::config
