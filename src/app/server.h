#pragma once

#include <memory>
#include <vector>

#include "admin/server.h"
#include "app/file_watch.h"
#include "app/metrics_page.h"
#include "app/signals.h"
#include "app/start.h"
#include "app/state_store.h"
#include "app/succession.h"
#include "control/workers/worker_fleet.h"
#include "base/access_logs.h"
#include "base/service_notifier.h"
#include "certs/authority/authority_store.h"
#include "certs/renewal/default_identity.h"
#include "check/system_anchors.h"
#include "cli/command.h"
#include "cli/serving.h"
#include "control/authorities/issued_renewal.h"
#include "control/authorities/live_authority_desk.h"
#include "control/authorities/trusted_cas.h"
#include "control/certificates/live_certificate_desk.h"
#include "control/live_control_plane.h"
#include "control/stored_names.h"
#include "control/stored_usage.h"
#include "control/trust_page_server.h"
#include "io/helper_thread.h"
#include "io/scope.h"

namespace gatehouse::app {

// The running program of `gatehouse run`: the control thread with its control plane, and the
// workers that it directs.
class Server {
 public:
  // Opens and makes everything that `first` needs; nothing is served yet.
  static Result<std::unique_ptr<Server>> make(const cli::RunCommand& command,
                                              control::Sources& sources, control::Candidate first,
                                              Start& start, const Environment& environment,
                                              ServiceNotifier& notifier, const Clock& clock,
                                              EventLog& events);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Starts the workers.
  void start();
  // What is served now, for the person who started it.
  cli::Serving serving() const;
  // Until SIGTERM or SIGINT; drains then, until a second one. SIGUSR1 opens the access log anew;
  // SIGHUP does so too, and reads the configuration again. SIGUSR2 starts the program's file anew
  // and hands everything over to it. These signals must be blocked in every thread.
  void run_until_stopped();

 private:
  Server(const cli::RunCommand& command, control::Sources& sources, Start& start,
         ServiceNotifier& notifier, const Clock& clock, EventLog& events);

  Result<Ok> prepare(control::Candidate first, const Environment& environment);
  Result<Ok> open_store(const Environment& environment);
  edge::StoreOfWorker store_of_worker();
  void note_served(const std::vector<certs::RecordId>& served);
  io::Task<void> write_served_times();
  io::Task<void> follow_store();
  void make_plane();
  Result<Ok> make_authorities();
  Result<crypto::NameConstraints> constraints_of_machine() const;
  void make_trust_pages();
  void make_succession(const tls::TicketSeed& tickets);
  void give_way(const edge::Successor& successor);
  void make_desk();
  void open_admin();
  Result<admin::ListeningSocket> admin_socket();
  admin::RolePolicy role_policy() const;
  void tell_findings();
  void leave_unused_sockets();
  void on_signal(int signal);
  void watch_files();
  void note_certificates();
  io::Task<Result<api::ChangeResponse>> take_up_store(std::string why, control::Caller caller,
                                                      std::vector<certs::Record> arrived);
  void follow_change();
  void stop();
  std::string status() const;
  io::Task<void> show_life();
  io::Task<void> refresh_sometimes();
  io::Task<void> reload(std::string who);
  io::Task<void> look_at_files();
  io::Task<void> end();

  const cli::RunCommand& command_;
  control::Sources& sources_;
  Start& start_;
  ServiceNotifier& notifier_;
  const Clock& clock_;
  EventLog& events_;
  io::Reactor reactor_;
  io::HelperThread helper_;
  std::size_t worker_count_ = 1;
  check::SystemAnchors machine_anchors_;
  control::StoredUsage usage_;
  std::unique_ptr<StateStore> store_;
  std::optional<certs::AuthorityStore> authorities_;
  std::optional<certs::DefaultIdentityKeeper> default_identity_;
  std::optional<control::LiveAuthorityDesk> authority_desk_;
  std::optional<control::IssuedRenewal> issued_renewal_;
  std::optional<control::TrustedCas> trusted_cas_;
  std::unique_ptr<control::StoredNames> names_;
  MetricLabels labels_;
  AccessLogs access_logs_;
  std::unique_ptr<control::Listeners> listeners_;
  std::unique_ptr<MetricsPage> page_;
  control::Identities identities_;
  std::unique_ptr<control::SnapshotBuilder> builder_;
  control::DiallingProver prover_;
  std::shared_ptr<control::TrustState> trust_state_ = std::make_shared<control::TrustState>();
  std::unique_ptr<control::TrustPageServer> trust_pages_;
  std::unique_ptr<control::LiveControlPlane> plane_;
  std::unique_ptr<control::LiveCertificateDesk> desk_;
  control::WorkerFleet fleet_;
  std::unique_ptr<admin::Server> admin_;
  std::unique_ptr<Signals> signals_;
  std::unique_ptr<FileWatch> files_;
  std::string changed_file_;  // empty: nobody wants to know
  io::Scope tasks_;
  std::unique_ptr<Succession> succession_;
  io::Scope ending_;
  edge::Acceptor::Ending ending_for_listeners_ = edge::Acceptor::Ending::refuse;
  bool stopping_ = false;
  bool hurry_ = false;
};

}  // namespace gatehouse::app
