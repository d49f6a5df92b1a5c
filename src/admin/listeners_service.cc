#include "admin/services.h"

namespace gatehouse::admin::listener_service {

Result<api::ListListenersResponse> list(const ControlPlane& plane,
                                        const api::ListListenersRequest& /*request*/) {
  return plane.listeners();
}

}  // namespace gatehouse::admin::listener_service
