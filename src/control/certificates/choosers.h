#pragma once

#include <string>
#include <vector>

#include "certs/record.h"
#include "config/settings.h"

namespace gatehouse::control {

// The sites and bindings whose selector matches the record, whether or not another one is better:
// "site files.example.com", "binding pbx".
std::vector<std::string> choosers(const config::Settings& settings, const certs::Record& record);

}  // namespace gatehouse::control
