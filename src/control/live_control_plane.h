#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/access_logs.h"
#include "certs/record.h"
#include "control/claims.h"
#include "control/control_plane.h"
#include "control/edits.h"
#include "control/fleet.h"
#include "control/in_force.h"
#include "control/prover.h"
#include "control/site_users.h"
#include "control/snapshot_builder.h"
#include "edge/worker/retired_snapshots.h"
#include "io/event.h"

namespace gatehouse::control {

// What status tells of the running program.
struct ProgramFacts {
  std::string version;
  unsigned pid = 0;
  unsigned workers = 0;
  WallTime started{};
  std::string trust_command;  // makes this machine trust the local CA
};

// The control plane of a running program: it alone decides what the workers serve.
class LiveControlPlane final : public ControlPlane {
 public:
  struct Parts {
    io::Reactor& reactor;
    EventLog& events;
    Sources& sources;
    Listeners& listeners;
    Identities& identities;
    SnapshotBuilder& builder;
    Prover& prover;
    AccessLogs& access_logs;
    // What the programs of this machine trust, the local CA aside; asked for when certificates come
    // from files. May read the disk.
    std::function<std::vector<crypto::Certificate>()> machine_anchors;
    ProgramFacts facts;
    std::function<std::string()> metrics_page;
    // The names of the store's certificates as they are now; empty: there is no store.
    std::function<std::shared_ptr<const certs::NameIndex>()> names = {};
    // Told which certificates are in force, for the metrics.
    std::function<void(const IdentitySet&)> on_identities;
    // Replaces the program; see ControlPlane::upgrade.
    std::function<io::Task<Result<api::UpgradeResponse>>(Caller caller)> upgrade;
    TrustPages& trust;
    // What others have found that an administrator should know.
    std::function<std::vector<api::Finding>()> more_findings = {};
  };
  // Borrows what Parts refers to.
  explicit LiveControlPlane(Parts parts);

  // The first configuration: opens and makes what it needs. What the workers begin with. Errors:
  // conflict (a port is in use) and those of certificates.
  struct Beginning {
    std::shared_ptr<const edge::Snapshot> snapshot;
    std::vector<NewSockets> opened;
  };
  io::Task<Result<Beginning>> begin(Candidate first);
  // Changes go to these workers from now on.
  void serve_with(Fleet& fleet) { fleet_ = &fleet; }

  // Certificates that are due, names of the machine, files that have changed: those that are new
  // are served from now on.
  io::Task<void> refresh_identities();

  // The store's certificates are others: Parts::names is served from now on. Ends when the workers
  // have been told; a change that is under way comes first.
  io::Task<void> serve_names();

  // Serves what the store holds now, as a change with plan and proof: the caller undoes what it did
  // to the store when `rolled_back` says that a proof failed. `arrived`: what has come to the
  // store, for the proof of those that answer by their names alone.
  io::Task<Result<api::ChangeResponse>> take_up_store(std::string why, Caller caller,
                                                      std::vector<certs::Record> arrived = {});
  // The sites and bindings whose certificate it is, for sentences.
  std::vector<std::string> users_of(const certs::RecordId& id) const;

  // Nothing changes and nothing is written until resume(): neither configuration nor certificates.
  // Errors: a change is still under way.
  io::Task<Result<Ok>> pause() { return take_turn(); }
  void resume();

  const InForce& in_force() const { return now_; }
  const ProgramFacts& program() const { return parts_.facts; }
  // Connections that are open, of all workers.
  std::uint64_t open_connections() const;
  // Tells everybody who watches.
  void tell(std::string_view kind, std::string sentence);

  io::Task<Result<api::ChangeResponse>> change(api::ChangeRequest request, Caller caller) override;
  io::Task<Result<api::ChangeResponse>> reload(bool dry_run, Caller caller) override;
  io::Task<Result<api::ChangeResponse>> rollback(std::uint64_t revision, bool dry_run,
                                                 Caller caller) override;
  io::Task<Result<api::UpgradeResponse>> upgrade(Caller caller) override;

  api::GetConfigurationResponse configuration() const override;
  api::ValidateResponse validate(const std::string& yaml) const override;
  Result<api::HistoryResponse> history() const override;
  api::ExportResponse export_yaml(bool everything) const override;
  api::ListSitesResponse sites(const std::string& owner) const override;
  api::ListBindingsResponse bindings(const std::string& owner) const override;
  Result<api::ExplainBindingResponse> explain(
      const api::ExplainBindingRequest& request) const override;
  api::ListListenersResponse listeners() const override;
  api::ListUpstreamsResponse upstreams() const override;
  api::ListCertificatesResponse certificates() const override;
  api::Status status() const override;
  std::string metrics() const override;
  TrustPages& trust() const override { return parts_.trust; }
  std::uint64_t listen(Listener listener) override;
  void unlisten(std::uint64_t number) override;

 private:
  // How a change came about.
  struct Cause {
    bool dry_run = false;
    std::string who;
    std::string why;
    bool by_api = false;  // what the API made changes, and is kept durably before anything else
    bool certificates_only = false;  // the configuration is the same, and so is its revision
  };
  // What a configuration needs, opened and made but not in force.
  struct Prepared {
    InForce next;
    std::vector<OpenListener> listeners;
    std::vector<NewSockets> opened;
    // What serves until the proof: the listeners of before that are no longer wanted stay.
    std::shared_ptr<const edge::Snapshot> bridge;
    std::shared_ptr<AccessLog> access_log;
  };
  // What users_of() found, and in what.
  struct Users {
    std::uint64_t revision;
    IdentitySetPtr identities;
    SiteUsers sites;
  };
  // Held while a change is under way: one at a time.
  class Turn {
   public:
    explicit Turn(LiveControlPlane& plane) : plane_(plane) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { plane_.resume(); }

   private:
    LiveControlPlane& plane_;
  };

  io::Task<Result<Ok>> take_turn();
  Result<Candidate> edited(const Edits& edits) const;
  io::Task<Result<api::ChangeResponse>> carry_out(Candidate next, Cause cause);
  io::Task<Result<api::ChangeResponse>> put_in_force(Prepared prepared, Cause cause,
                                                     api::ChangeResponse response);
  io::Task<Result<Prepared>> prepare(Candidate next, Identities::Look look);
  std::shared_ptr<const edge::Snapshot> bridge(const InForce& next,
                                               const std::vector<OpenListener>& listeners);
  bool says_the_same(const Candidate& next) const;
  std::shared_ptr<const certs::NameIndex> names() const;
  // Until every worker has the names of the store as they are now.
  io::Task<bool> bring_names();
  io::Task<void> serve(IdentitySetPtr identities);
  io::Task<bool> apply(std::shared_ptr<const edge::Snapshot> snapshot,
                       std::vector<NewSockets> opened);
  io::Task<bool> prove(Claims all, const IdentitySet& identities, api::ChangeResponse& response);
  // The same for what answers by its names; told in the plan.
  io::Task<bool> prove_arrivals(std::vector<certs::Record> arrived, api::ChangeResponse& response);
  io::Task<bool> prove(Claims all, std::vector<crypto::Certificate> anchors,
                       api::ChangeResponse& response);
  std::vector<crypto::Certificate> trusted_by_clients(const IdentitySet& identities) const;
  std::vector<crypto::Certificate> trusted_by_anybody(const IdentitySet& identities) const;
  Result<Ok> keep(const Prepared& prepared, const Cause& cause,
                  const api::ChangeResponse& response);
  void adopt(Prepared prepared);
  void retire(std::shared_ptr<const edge::Snapshot> snapshot);
  void remember(const Cause& cause, const api::ChangeResponse& response);
  std::vector<std::uint64_t> connections() const;  // by ListenerId

  Parts parts_;
  Fleet* fleet_ = nullptr;
  InForce now_;
  mutable std::optional<Users> users_;
  bool changing_ = false;
  io::Event turn_;
  edge::RetiredSnapshots retired_;
  config::Revision last_change_;
  std::string last_error_;
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t next_listener_ = 1;
};

}  // namespace gatehouse::control
