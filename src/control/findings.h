#pragma once

#include "base/clock.h"
#include "control/in_force.h"

namespace gatehouse::control {

// What an administrator should know, the gravest first.
// `more` are those of others.
void add_findings(const InForce& now, WallTime time, const std::string& last_error,
                  std::vector<api::Finding> more, api::Status& status);
// The one next step.
std::string suggestion(const InForce& now, const api::Status& status,
                       const std::string& trust_command);

}  // namespace gatehouse::control
