#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "certs/binding/binding_table.h"
#include "edge/listener/listener.h"
#include "edge/session/thread_context.h"
#include "io/resolver.h"
#include "io/scope.h"
#include "tls/ticket_keys.h"

namespace gatehouse::app {

// The upstreams of one route, as configured.
struct UpstreamSet {
  std::vector<UpstreamUrl> urls;
  std::vector<std::uint32_t> labels;  // in the metrics, one for each url
};

// What every worker serves; immutable while they run.
struct EdgePlan {
  edge::EdgeSettings settings;
  tls::Profile profile = tls::Profile::intermediate;
  tls::TicketSeed tickets;
  std::shared_ptr<const certs::BindingTable> bindings;
  std::shared_ptr<const edge::RouteTable> sites;
  std::shared_ptr<const edge::RouteTable> metrics_site;
  std::vector<UpstreamSet> upstreams;
  std::size_t most_connections_per_worker = SIZE_MAX;
};

// One listener's socket for one worker.
struct WorkerListener {
  io::Fd fd;
  std::size_t number = 0;
  bool tls = true;
  bool metrics = false;
  std::uint16_t port = 0;
};

// One thread with its reactor and everything that it serves.
class Worker {
 public:
  static Result<std::unique_ptr<Worker>> make(std::shared_ptr<const EdgePlan> plan,
                                              std::vector<WorkerListener> listeners,
                                              const Clock& clock, EventLog& events,
                                              AccessLog& access_log,
                                              std::function<std::string()> metrics_page);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // Ends the thread at once if it still runs.
  ~Worker();

  void start();
  // Any thread: no new connections; running requests end, then the thread does.
  void drain();
  // Any thread: cuts off what still runs.
  void cancel();
  bool ended() const { return ended_.load(std::memory_order_acquire); }
  // Any thread: handshakes from now on find their certificate here, and the welcome page tells of
  // this one.
  void rebind(std::shared_ptr<const certs::BindingTable> bindings,
              edge::CertificateSummary certificate);

  const WorkerMetrics& metrics() const { return metrics_; }

 private:
  Worker(std::shared_ptr<const EdgePlan> plan, const Clock& clock, EventLog& events,
         AccessLog& access_log);

  Result<Ok> prepare(std::vector<WorkerListener> listeners);
  void prepare_upstreams();
  void accept(const edge::ListenerContext& listener, edge::Accepted accepted);
  bool make_room();
  void run();
  io::Task<void> supervise();

  std::shared_ptr<const EdgePlan> plan_;
  EventLog& events_;
  WorkerMetrics metrics_;
  io::Reactor reactor_;
  std::unique_ptr<io::Resolver> resolver_;
  certs::BindingSelector selector_;
  std::unique_ptr<tls::ServerContext> tls_;
  std::unique_ptr<edge::ThreadContext> context_;
  std::vector<std::unique_ptr<edge::ListenerContext>> listeners_;
  std::vector<std::unique_ptr<edge::Acceptor>> acceptors_;
  io::Scope accepting_;
  io::Scope sessions_;
  io::Scope supervising_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace gatehouse::app
