#include "admin/services.h"

namespace gatehouse::admin::binding_service {

Result<api::ListBindingsResponse> list(const ControlPlane& plane,
                                       const api::ListBindingsRequest& request) {
  return plane.bindings(request.owner());
}

Result<api::ExplainBindingResponse> explain(const ControlPlane& plane,
                                            const api::ExplainBindingRequest& request) {
  if (request.port() > 65535) {
    return fail(Fault::client, "A port is a number of at most 65535.", ErrorKind::usage);
  }
  return plane.explain(request);
}

}  // namespace gatehouse::admin::binding_service
