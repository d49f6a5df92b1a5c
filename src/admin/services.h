#pragma once

#include "admin/desks.h"
#include "api/messages.h"
#include "base/result.h"
#include "control/control_plane.h"
#include "io/task.h"

// What each method of the API does, one file for each service. Reading methods answer at
// once; those that change something take the time that takes, and know who called.
namespace gatehouse::admin {

using control::Caller;
using control::ControlPlane;

namespace configuration_service {
using Changed = io::Task<Result<api::ChangeResponse>>;

Result<api::GetConfigurationResponse> get(const ControlPlane& plane,
                                          const api::GetConfigurationRequest& request);
Result<api::ValidateResponse> validate(const ControlPlane& plane,
                                       const api::ValidateRequest& request);
Result<api::HistoryResponse> history(const ControlPlane& plane, const api::HistoryRequest& request);
Result<api::ExportResponse> export_yaml(const ControlPlane& plane,
                                        const api::ExportRequest& request);
Changed change(ControlPlane& plane, api::ChangeRequest request, Caller caller);
Changed reload(ControlPlane& plane, api::ReloadRequest request, Caller caller);
Changed rollback(ControlPlane& plane, api::RollbackRequest request, Caller caller);
}  // namespace configuration_service

namespace site_service {
Result<api::ListSitesResponse> list(const ControlPlane& plane,
                                    const api::ListSitesRequest& request);
}

namespace binding_service {
Result<api::ListBindingsResponse> list(const ControlPlane& plane,
                                       const api::ListBindingsRequest& request);
Result<api::ExplainBindingResponse> explain(const ControlPlane& plane,
                                            const api::ExplainBindingRequest& request);
}  // namespace binding_service

namespace listener_service {
Result<api::ListListenersResponse> list(const ControlPlane& plane,
                                        const api::ListListenersRequest& request);
}

namespace upstream_service {
Result<api::ListUpstreamsResponse> list(const ControlPlane& plane,
                                        const api::ListUpstreamsRequest& request);
}

namespace status_service {
Result<api::Status> get(const ControlPlane& plane, const api::GetStatusRequest& request);
}

namespace program_service {
io::Task<Result<api::UpgradeResponse>> upgrade(ControlPlane& plane, api::UpgradeRequest request,
                                               Caller caller);
}

// The other methods are the desk's own.
namespace certificate_service {
// What is served and what is stored.
io::Task<Result<api::ListCertificatesResponse>> list(Desks desks,
                                                     api::ListCertificatesRequest request,
                                                     Caller caller);
}  // namespace certificate_service

namespace trust_service {
io::Task<Result<api::ShowTrustResponse>> show(ControlPlane& plane, api::ShowTrustRequest request,
                                              Caller caller);
io::Task<Result<api::TrustPageState>> open_page(ControlPlane& plane,
                                                api::OpenTrustPageRequest request, Caller caller);
io::Task<Result<api::TrustPageState>> close_page(ControlPlane& plane,
                                                 api::CloseTrustPageRequest request, Caller caller);
}  // namespace trust_service

}  // namespace gatehouse::admin
