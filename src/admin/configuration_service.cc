#include "admin/services.h"

namespace gatehouse::admin::configuration_service {

Result<api::GetConfigurationResponse> get(const ControlPlane& plane,
                                          const api::GetConfigurationRequest& /*request*/) {
  return plane.configuration();
}

Result<api::ValidateResponse> validate(const ControlPlane& plane,
                                       const api::ValidateRequest& request) {
  return plane.validate(request.yaml());
}

Result<api::HistoryResponse> history(const ControlPlane& plane,
                                     const api::HistoryRequest& /*request*/) {
  return plane.history();
}

Result<api::ExportResponse> export_yaml(const ControlPlane& plane,
                                        const api::ExportRequest& request) {
  return plane.export_yaml(request.everything());
}

Changed change(ControlPlane& plane, api::ChangeRequest request, Caller caller) {
  if (request.edits().empty()) {
    co_return fail(Fault::client, "The change has no edits; nothing would happen.",
                   ErrorKind::usage);
  }
  for (const api::Edit& edit : request.edits()) {
    if (edit.what_case() == api::Edit::WHAT_NOT_SET) {
      co_return fail(Fault::client, "One of the edits says nothing.", ErrorKind::usage);
    }
  }
  co_return co_await plane.change(std::move(request), std::move(caller));
}

Changed reload(ControlPlane& plane, api::ReloadRequest request, Caller caller) {
  co_return co_await plane.reload(request.dry_run(), std::move(caller));
}

Changed rollback(ControlPlane& plane, api::RollbackRequest request, Caller caller) {
  co_return co_await plane.rollback(request.revision(), request.dry_run(), std::move(caller));
}

}  // namespace gatehouse::admin::configuration_service
