#include "admin/services.h"

namespace gatehouse::admin::upstream_service {

Result<api::ListUpstreamsResponse> list(const ControlPlane& plane,
                                        const api::ListUpstreamsRequest& /*request*/) {
  return plane.upstreams();
}

}  // namespace gatehouse::admin::upstream_service
