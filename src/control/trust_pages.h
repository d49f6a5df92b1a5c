#pragma once

#include "api/messages.h"
#include "base/result.h"
#include "control/control_plane.h"

namespace gatehouse::control {

// The trust page of the running program. Control thread only.
class TrustPages {
 public:
  virtual ~TrustPages() = default;

  virtual api::ShowTrustResponse show() const = 0;
  // Opens a listener for the page alone; one that is open is closed first.
  // Errors: usage, conflict, not_found, not_permitted.
  virtual Result<api::TrustPageState> open(const api::OpenTrustPageRequest& request,
                                           const Caller& caller) = 0;
  virtual api::TrustPageState close(const Caller& caller) = 0;
};

}  // namespace gatehouse::control
