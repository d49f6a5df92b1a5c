#include "admin/services.h"
#include "control/trust_pages.h"

namespace gatehouse::admin::trust_service {

Result<api::ShowTrustResponse> show(const ControlPlane& plane,
                                    const api::ShowTrustRequest& /*request*/) {
  return plane.trust().show();
}

io::Task<Result<api::TrustPageState>> open_page(ControlPlane& plane,
                                                api::OpenTrustPageRequest request, Caller caller) {
  co_return plane.trust().open(request, caller);
}

io::Task<Result<api::TrustPageState>> close_page(ControlPlane& plane,
                                                 api::CloseTrustPageRequest /*request*/,
                                                 Caller caller) {
  co_return plane.trust().close(caller);
}

}  // namespace gatehouse::admin::trust_service
