#include "admin/services.h"

namespace gatehouse::admin::program_service {

io::Task<Result<api::UpgradeResponse>> upgrade(ControlPlane& plane, api::UpgradeRequest /*request*/,
                                               Caller caller) {
  co_return co_await plane.upgrade(std::move(caller));
}

}  // namespace gatehouse::admin::program_service
