#pragma once

#include <string>
#include <vector>

#include "control/identities.h"

namespace gatehouse::control {

// What a change does, in sentences for the person who makes it: listeners that open and close,
// sites and bindings that come, change and go, who answers, what plain HTTP does. Empty: nothing
// changes. `identities` are those after the change; nullptr before they were looked for.
std::vector<std::string> plan_words(const config::Settings& before, const config::Settings& after,
                                    const IdentitySet* identities);

// The same for certificates alone: which sites and bindings get another one.
std::vector<std::string> certificate_words(const config::Settings& settings,
                                           const IdentitySet& before, const IdentitySet& after);

// The subject of a certificate and where it comes from: "CN=files.example.com (local CA)".
std::string certificate_text(const ServedIdentity& served);

}  // namespace gatehouse::control
