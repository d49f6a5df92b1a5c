#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "edge/worker/thread_edge.h"

namespace gatehouse::edge {

// A worker's way to the certificates of the store.
struct StoreOfWorker {
  // Called once, with the worker's reactor; what it makes is used and destroyed with that. Empty:
  // there is no store.
  std::function<std::unique_ptr<certs::CredentialSource>(io::Reactor& reactor)> credentials;
  certs::ServedSink served;  // called on the worker's thread; may be empty
};

// One thread with its reactor and everything that it serves.
class Worker {
 public:
  // `metrics_page` is called on the worker's thread. Errors: Fault::ours, Fault::machine.
  static Result<std::unique_ptr<Worker>> make(std::shared_ptr<const Snapshot> snapshot,
                                              std::vector<OpenedListener> opened,
                                              const Clock& clock, EventLog& events,
                                              std::function<std::string()> metrics_page,
                                              const StoreOfWorker& store = {});
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // Ends the thread at once if it still runs.
  ~Worker();

  void start();

  // Any thread; does not wait. Taken between two passes of the loop: handshakes and requests that
  // begin from now on follow `next`; `opened` begin to accept; listeners that are not in `next`
  // serve what has arrived and stop accepting, their connections end with their next answer.
  // Running requests, tunnels too, end on the snapshot that they began with; connections that wait
  // live on. Sockets whose listener is not in `next` are closed. `in_force` (may be empty) is
  // called on the worker's thread after that; never, if the worker has not been started or has
  // ended, so wait for it with ended() in mind.
  void apply(std::shared_ptr<const Snapshot> next, std::vector<OpenedListener> opened,
             std::move_only_function<void()> in_force);

  // Any thread: no new connections; running requests end, then the thread does. With `leave` those
  // who wait to be accepted are a successor's, which has the sockets too, and connections that wait
  // for a request get one more answer; a second call with `refuse` ends them.
  void drain(Acceptor::Ending ending = Acceptor::Ending::refuse);
  // Any thread: `take` is called on the worker's thread with other descriptors of all its sockets;
  // never, if it has not been started or has ended.
  void share_sockets(std::move_only_function<void(std::vector<OpenedListener>)> take);
  // Any thread: cuts off what still runs.
  void cancel();
  bool ended() const { return ended_.load(std::memory_order_acquire); }

  const WorkerMetrics& metrics() const { return metrics_; }

 private:
  Worker(const Clock& clock, EventLog& events);

  void run();
  io::Task<void> supervise();

  EventLog& events_;
  WorkerMetrics metrics_;
  io::Reactor reactor_;
  std::unique_ptr<ThreadEdge> edge_;
  io::Scope supervising_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace gatehouse::edge
