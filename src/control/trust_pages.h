#pragma once

#include "api/messages.h"
#include "base/result.h"
#include "control/control_plane.h"

namespace gatehouse::control {

// The trust page of the running program. Control thread only.
class TrustPages {
 public:
  virtual ~TrustPages() = default;

  // Errors: not_found.
  virtual io::Task<Result<api::ShowTrustResponse>> show(api::ShowTrustRequest request) = 0;
  // Opens a listener for the page alone; one that is open is closed first.
  // Errors: usage, conflict, not_found, not_permitted.
  virtual io::Task<Result<api::TrustPageState>> open(api::OpenTrustPageRequest request,
                                                     Caller caller) = 0;
  virtual api::TrustPageState close(const Caller& caller) = 0;
};

}  // namespace gatehouse::control
