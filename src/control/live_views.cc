#include <fmt/format.h>

#include "base/time_text.h"
#include "config/diagnostic_messages.h"
#include "control/explain.h"
#include "control/findings.h"
#include "control/listing.h"
#include "control/live_control_plane.h"
#include "control/messages.h"

namespace gatehouse::control {

api::GetConfigurationResponse LiveControlPlane::configuration() const {
  api::GetConfigurationResponse response;
  config::Document merged = now_.configuration.merged();
  for (const auto& [path, origin] : merged.origins.all()) {
    *response.add_origins() = message(path, origin);
  }
  *response.mutable_configuration() = std::move(merged.message);
  response.set_revision(now_.revision);
  return response;
}

api::ValidateResponse LiveControlPlane::validate(const std::string& yaml) const {
  api::ValidateResponse response;
  config::add(parts_.sources.validate(yaml), *response.mutable_diagnostics());
  return response;
}

Result<api::HistoryResponse> LiveControlPlane::history() const {
  auto kept = parts_.sources.store().history();
  if (!kept) return pass_on(kept);
  api::HistoryResponse response;
  for (const config::Revision& revision : *kept) {
    api::Revision& row = *response.add_revisions();
    add(revision, row);
    row.set_current(revision.number == now_.revision);
  }
  return response;
}

api::ExportResponse LiveControlPlane::export_yaml(bool everything) const {
  api::ExportResponse response;
  response.set_yaml(everything ? config::to_yaml(now_.configuration.merged().message)
                               : now_.configuration.api_yaml());
  return response;
}

api::ListSitesResponse LiveControlPlane::sites(const std::string& owner) const {
  return list_sites(now_, owner);
}

api::ListBindingsResponse LiveControlPlane::bindings(const std::string& owner) const {
  return list_bindings(now_, owner);
}

Result<api::ExplainBindingResponse> LiveControlPlane::explain(
    const api::ExplainBindingRequest& request) const {
  return explain_binding(now_, parts_.listeners.open_now(), request, parts_.reactor.clock().wall());
}

std::vector<std::uint64_t> LiveControlPlane::connections() const {
  std::vector<std::uint64_t> by_listener(parts_.listeners.names().size());
  if (fleet_ == nullptr) return by_listener;
  for (const WorkerMetrics* worker : fleet_->metrics()) {
    for (std::size_t i = 0; i < by_listener.size(); ++i) by_listener[i] += worker->connections(i);
  }
  return by_listener;
}

std::uint64_t LiveControlPlane::open_connections() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : connections()) sum += count;
  return sum;
}

api::ListListenersResponse LiveControlPlane::listeners() const {
  return list_listeners(now_, parts_.listeners.open_now(), connections());
}

api::ListUpstreamsResponse LiveControlPlane::upstreams() const { return list_upstreams(now_); }

api::ListCertificatesResponse LiveControlPlane::certificates() const {
  return list_certificates(now_, parts_.reactor.clock().wall());
}

api::Status LiveControlPlane::status() const {
  const WallTime time = parts_.reactor.clock().wall();
  api::Status status;
  status.set_version(parts_.facts.version);
  status.set_pid(parts_.facts.pid);
  status.set_workers(parts_.facts.workers);
  status.set_started(timestamp_text(parts_.facts.started));
  status.set_revision(now_.revision);
  if (last_change_.number != 0) {
    add(last_change_, *status.mutable_last_change());
    status.mutable_last_change()->set_current(true);
  }
  *status.mutable_sites() = std::move(*list_sites(now_, "").mutable_sites());
  *status.mutable_certificates() = std::move(*list_certificates(now_, time).mutable_certificates());
  status.set_connections(open_connections());
  if (fleet_ != nullptr) {
    for (const WorkerMetrics* worker : fleet_->metrics()) {
      status.set_requests(status.requests() + worker->requests());
    }
  }
  status.set_state_folder(parts_.sources.state().string());
  status.set_last_error(last_error_);
  add_findings(now_, time, last_error_,
               parts_.more_findings ? parts_.more_findings() : std::vector<api::Finding>(), status);
  status.set_suggestion(suggestion(now_, status, parts_.facts.trust_command));
  return status;
}

}  // namespace gatehouse::control
