#include "admin/services.h"

namespace gatehouse::admin::site_service {

Result<api::ListSitesResponse> list(const ControlPlane& plane,
                                    const api::ListSitesRequest& request) {
  return plane.sites(request.owner());
}

}  // namespace gatehouse::admin::site_service
