#pragma once

#include <functional>
#include <string>

#include "api/messages.h"
#include "base/result.h"
#include "io/task.h"

namespace gatehouse::control {

class TrustPages;

// Who asks for a change; for the history.
struct Caller {
  std::string name;  // root, "file", "signal"
  unsigned uid = 0;
};

// Told of each step and each event as it happens.
using Listener = std::function<void(const api::Event&)>;

// The one way to change what is served: plan, apply, verify, roll back. Control thread only. What
// it answers are the messages of the API; errors are those of the API as well (ErrorKind).
class ControlPlane {
 public:
  virtual ~ControlPlane() = default;

  // All or nothing. A change whose proof fails is undone: applied is false, rolled_back true.
  // Errors: conflict (another revision; a file defines it), not_found, invalid (diagnostics are in
  // the response then, and nothing has changed).
  virtual io::Task<Result<api::ChangeResponse>> change(api::ChangeRequest request,
                                                       Caller caller) = 0;
  virtual io::Task<Result<api::ChangeResponse>> reload(bool dry_run, Caller caller) = 0;
  virtual io::Task<Result<api::ChangeResponse>> rollback(std::uint64_t revision, bool dry_run,
                                                         Caller caller) = 0;
  // Replaces the running program by its file as it is now. Errors: conflict (one is under way),
  // failed and timed_out (the new program cannot serve; this one goes on as before).
  virtual io::Task<Result<api::UpgradeResponse>> upgrade(Caller caller) = 0;

  virtual api::GetConfigurationResponse configuration() const = 0;
  virtual api::ValidateResponse validate(const std::string& yaml) const = 0;
  virtual Result<api::HistoryResponse> history() const = 0;
  virtual api::ExportResponse export_yaml(bool everything) const = 0;

  virtual api::ListSitesResponse sites(const std::string& owner) const = 0;
  virtual api::ListBindingsResponse bindings(const std::string& owner) const = 0;
  virtual Result<api::ExplainBindingResponse> explain(
      const api::ExplainBindingRequest& request) const = 0;
  virtual api::ListListenersResponse listeners() const = 0;
  virtual api::ListUpstreamsResponse upstreams() const = 0;
  virtual api::ListCertificatesResponse certificates() const = 0;
  virtual api::Status status() const = 0;
  // Prometheus text.
  virtual std::string metrics() const = 0;

  // How devices come to trust the local CA.
  virtual TrustPages& trust() const = 0;

  // Until the number is given to unlisten().
  virtual std::uint64_t listen(Listener listener) = 0;
  virtual void unlisten(std::uint64_t number) = 0;
};

// Who may connect to the admin socket, from the configuration in force.
enum class Role : unsigned char { none, reader, administrator };

}  // namespace gatehouse::control
