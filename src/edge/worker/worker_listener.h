#pragma once

#include <array>
#include <memory>

#include "edge/session/listener_context.h"
#include "edge/worker/snapshot.h"

namespace gatehouse::edge {

// A listener of one thread, which follows the snapshots. Handshakes under way use the certificates
// of the moment at which their hello is read.
class WorkerListener final : public ListenerContext {
 public:
  explicit WorkerListener(ListenerId id);
  ~WorkerListener() override;

  // What its handshakes need of the thread.
  struct Thread {
    const Clock& clock;
    certs::CredentialCache* cache;  // nullptr: there is no store
  };
  // From now on connections and requests are served as this plan says. Errors: Fault::ours; what
  // was served before still is.
  Result<Ok> follow(const ListenerPlan& plan, const Snapshot& snapshot, GenerationPtr now,
                    const Thread& thread);

  bool metrics() const { return metrics_; }

 private:
  Result<const tls::ServerContext*> context_for(const ListenerPlan& plan, const Snapshot& snapshot,
                                                const Clock& clock);

  static constexpr std::size_t kProfiles = 3;

  certs::BindingSelector selector_{nullptr};
  // By profile. Connections refer to theirs, so that none is taken away while the listener lives.
  std::array<std::unique_ptr<tls::ServerContext>, kProfiles> contexts_;
  bool metrics_ = false;
};

}  // namespace gatehouse::edge
