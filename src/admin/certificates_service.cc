#include "admin/services.h"

namespace gatehouse::admin::certificate_service {

Result<api::ListCertificatesResponse> list(const ControlPlane& plane,
                                           const api::ListCertificatesRequest& /*request*/) {
  return plane.certificates();
}

}  // namespace gatehouse::admin::certificate_service
