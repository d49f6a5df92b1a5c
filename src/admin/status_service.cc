#include "admin/services.h"

namespace gatehouse::admin::status_service {

Result<api::Status> get(const ControlPlane& plane, const api::GetStatusRequest& /*request*/) {
  return plane.status();
}

}  // namespace gatehouse::admin::status_service
