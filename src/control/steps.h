#pragma once

#include <string>

#include "api/messages.h"

namespace gatehouse::control {

// Of a plan: "planned", "done", "failed", "undone".
inline void add_step(api::ChangeResponse& response, const std::string& text, const char* state,
                     const std::string& detail = {}) {
  api::Step& step = *response.add_plan();
  step.set_text(text);
  step.set_state(state);
  step.set_detail(detail);
}

}  // namespace gatehouse::control
