#include "admin/services.h"

namespace gatehouse::admin::certificate_service {
namespace {

bool asks_for_everything(const api::ListCertificatesRequest& request) {
  return request.shelf().empty() && request.owner().empty() && request.origin().empty() &&
         request.role().empty() && request.after().empty();
}

}  // namespace

io::Task<Result<api::ListCertificatesResponse>> list(Desks desks,
                                                     api::ListCertificatesRequest request,
                                                     Caller caller) {
  const bool everything = asks_for_everything(request);
  api::ListCertificatesResponse response;
  if (desks.certificates != nullptr) {
    auto stored = co_await desks.certificates->list(std::move(request), std::move(caller));
    if (!stored) co_return pass_on(stored);
    response = std::move(*stored);
  }
  if (everything) response.MergeFrom(desks.plane.certificates());
  co_return response;
}

}  // namespace gatehouse::admin::certificate_service
