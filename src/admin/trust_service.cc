#include "admin/services.h"
#include "control/trust_pages.h"

namespace gatehouse::admin::trust_service {

io::Task<Result<api::ShowTrustResponse>> show(ControlPlane& plane, api::ShowTrustRequest request,
                                              Caller /*caller*/) {
  co_return co_await plane.trust().show(std::move(request));
}

io::Task<Result<api::TrustPageState>> open_page(ControlPlane& plane,
                                                api::OpenTrustPageRequest request, Caller caller) {
  co_return co_await plane.trust().open(std::move(request), std::move(caller));
}

io::Task<Result<api::TrustPageState>> close_page(ControlPlane& plane,
                                                 api::CloseTrustPageRequest /*request*/,
                                                 Caller caller) {
  co_return plane.trust().close(caller);
}

}  // namespace gatehouse::admin::trust_service
