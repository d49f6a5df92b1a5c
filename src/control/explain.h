#pragma once

#include "control/in_force.h"

namespace gatehouse::control {

// Who answers a client that calls this name at this address and port, and why: sentences in the
// order of the decision, as of `time`. Errors: usage (no port, or a name or address that is none).
Result<api::ExplainBindingResponse> explain_binding(const InForce& now,
                                                    const std::vector<OpenListener>& listeners,
                                                    const api::ExplainBindingRequest& request,
                                                    WallTime time);

}  // namespace gatehouse::control
