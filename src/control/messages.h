#pragma once

#include <string>

#include "api/messages.h"
#include "check/prove.h"
#include "config/origins.h"
#include "config/store/api_store.h"
#include "control/control_plane.h"

namespace gatehouse::control {

// Our values as messages of the API.
void add(const check::Proof& proof, api::Proof& to);
void add(const config::Revision& revision, api::Revision& to);
api::Origin message(const std::string& path, const config::Origin& origin);
// "root (uid 0)"
std::string who(const Caller& caller);

}  // namespace gatehouse::control
