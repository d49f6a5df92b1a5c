#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "app/identities.h"
#include "app/plan.h"
#include "cli/command.h"
#include "cli/serving.h"
#include "edge/worker/retired_snapshots.h"
#include "edge/worker/worker.h"

namespace gatehouse::app {

// The running program of `gatehouse run`: identities, listeners, workers, and the control thread
// that waits for signals and renewals.
class Server {
 public:
  // Opens and makes everything; nothing is served yet.
  static Result<std::unique_ptr<Server>> make(const cli::RunCommand& command, const Clock& clock,
                                              EventLog& events);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Starts the workers.
  void start();
  // What is served now, for the person who started it.
  cli::Serving serving() const;
  // Until SIGTERM or SIGINT; drains then, until a second one. SIGUSR1 and SIGHUP open the
  // access log anew.
  // These signals must be blocked in every thread.
  void run_until_stopped();

 private:
  Server(const cli::RunCommand& command, const Clock& clock, EventLog& events);

  Result<Ok> open_listeners();
  Result<Ok> open_log();
  Result<Ok> make_workers();
  Result<std::unique_ptr<edge::Worker>> make_worker(std::size_t index);
  std::shared_ptr<const edge::Snapshot> next_snapshot();
  void publish_identities();
  void tell_findings();
  void drain();
  bool all_ended() const;
  std::string metrics_page() const;

  const cli::RunCommand& command_;
  const Clock& clock_;
  EventLog& events_;
  std::size_t worker_count_;
  std::unique_ptr<Identities> identities_;
  MetricLabels labels_;
  std::unique_ptr<AccessLog> access_log_;
  std::vector<edge::ListeningSockets> listening_;
  std::optional<edge::ListeningSockets> metrics_listening_;
  std::vector<std::string> listener_names_;
  mutable std::mutex expiries_mutex_;  // the control thread writes, the metrics' worker reads
  std::vector<CertificateExpiry> expiries_;
  std::vector<const WorkerMetrics*> worker_metrics_;
  std::vector<OpenListener> open_listeners_;  // the metrics' one is the last
  edge::Snapshot plan_;                       // without certificates
  std::shared_ptr<const edge::Snapshot> snapshot_;
  edge::RetiredSnapshots retired_;
  std::vector<std::unique_ptr<edge::Worker>> workers_;
};

}  // namespace gatehouse::app
