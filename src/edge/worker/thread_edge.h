#pragma once

#include <list>
#include <map>
#include <memory>
#include <vector>

#include "certs/binding/credential_cache.h"
#include "edge/listener/listener.h"
#include "edge/session/thread_context.h"
#include "edge/worker/worker_listener.h"
#include "io/event.h"
#include "io/resolver.h"
#include "io/scope.h"

namespace gatehouse::edge {

// A listening socket for one worker. Several may belong to one listener.
struct OpenedListener {
  ListenerId id = 0;
  io::Fd fd;
  bool held_elsewhere = false;  // see ListeningSockets
};

// Everything that one thread serves. All of it on the reactor's thread, except make() and
// destruction while that does not run.
class ThreadEdge {
 public:
  static Result<std::unique_ptr<ThreadEdge>> make(io::Reactor& reactor, WorkerMetrics& metrics,
                                                  EventLog& events);
  ThreadEdge(const ThreadEdge&) = delete;
  ThreadEdge& operator=(const ThreadEdge&) = delete;
  ~ThreadEdge();

  // Certificates that bindings leave to the store come from here; before the first take(). `served`
  // may be empty.
  void use_store(std::unique_ptr<certs::CredentialSource> source, certs::ServedSink served);

  // Serves `next` from now on; see Worker::apply. A listener that cannot follow serves what it did
  // before, and the first such error is returned when all others have followed. Its work depends
  // on the number of listeners only.
  Result<Ok> take(std::shared_ptr<const Snapshot> next, std::vector<OpenedListener> opened);
  // Begins to accept; once.
  void start();
  // No new connections; running requests end, then join() does. With `leave` connections that wait
  // live on until their next answer, or until this is called again with `refuse`.
  void drain(Acceptor::Ending ending);
  // Other descriptors of the sockets that it accepts from, for a successor. Those for which there
  // is no descriptor any more are missing.
  std::vector<OpenedListener> sockets() const;
  // Cuts off what still runs.
  void cancel();
  // Until it was drained or cancelled and nobody is served any more.
  io::Task<void> join();

  ThreadContext& context() { return context_; }

 private:
  // A socket that is accepted from; the listener outlives it.
  struct Door {
    Door(ThreadEdge& edge, CountedPtr<WorkerListener> listener_, OpenedListener opened);
    void stop(Acceptor::Ending ending);

    CountedPtr<WorkerListener> listener;
    Acceptor acceptor;
    bool held_elsewhere;
  };

  ThreadEdge(io::Reactor& reactor, std::unique_ptr<io::Resolver> resolver, WorkerMetrics& metrics,
             EventLog& events);

  void log_to(std::shared_ptr<AccessLog> log);
  Result<Ok> follow(const Snapshot& next, const GenerationPtr& generation);
  void leave_missing(const Snapshot& next);
  void open(OpenedListener opened);
  io::Task<void> accept_at(Door& door);
  void accept(const CountedPtr<WorkerListener>& listener, Accepted accepted);
  bool make_room();

  io::Reactor& reactor_;
  WorkerMetrics& metrics_;
  EventLog& events_;
  std::unique_ptr<io::Resolver> resolver_;
  ThreadContext context_;
  std::unique_ptr<certs::CredentialSource> credentials_;  // nullptr: there is no store
  std::unique_ptr<certs::CredentialCache> cache_;         // likewise
  std::shared_ptr<AccessLog> access_log_;                 // of context_.access_log; nullptr: none
  std::map<ListenerId, CountedPtr<WorkerListener>> listeners_;
  std::list<Door> doors_;
  io::Scope accepting_;
  io::Scope sessions_;
  io::Event ending_;
  std::uint64_t generations_ = 0;
  bool started_ = false;
};

}  // namespace gatehouse::edge
