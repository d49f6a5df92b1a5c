#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "admin/server.h"
#include "app/state_store.h"
#include "control/workers/worker_fleet.h"
#include "control/listeners.h"
#include "control/live_control_plane.h"
#include "edge/listener/upgrade.h"
#include "io/event.h"
#include "io/scope.h"

namespace gatehouse::app {

// Replaces the running program by a new one without losing a connection, once. Control thread only.
class Succession {
 public:
  struct Parts {
    io::Reactor& reactor;
    const Clock& clock;
    EventLog& events;
    control::LiveControlPlane& plane;
    control::Listeners& listeners;
    control::WorkerFleet& fleet;
    StateStore& store;
    const edge::Program& program;
    tls::TicketSeed tickets;
    // nullptr: there is no administration.
    std::function<const admin::Server*()> admin;
    // The successor serves: what runs here is to end.
    std::function<void(const edge::Successor&)> succeeded;
  };
  explicit Succession(Parts parts);
  Succession(const Succession&) = delete;
  Succession& operator=(const Succession&) = delete;

  // See edge::Upgrade::carry_out. While it runs and after it has succeeded nothing changes here.
  // Steps are told to those who watch. Errors: its own, which the event log has too; conflict (one
  // is under way, or the program ends).
  io::Task<Result<api::UpgradeResponse>> carry_out(control::Caller caller);
  // The same, for nobody who waits.
  void begin(control::Caller caller);

  // What is under way is broken off, and nothing begins any more.
  void cancel();
  io::Task<void> join() { co_await running_.join(); }

 private:
  // Of an upgrade, and whoever waits for it: either may end first.
  struct Outcome {
    explicit Outcome(io::Reactor& reactor) : known(reactor) {}
    io::Event known;
    std::optional<Result<api::UpgradeResponse>> result;
  };

  bool may_begin() const { return running_.running() == 0 && !running_.cancelled() && !succeeded_; }
  io::Task<void> run(control::Caller caller, std::shared_ptr<Outcome> outcome);
  io::Task<Result<api::UpgradeResponse>> replace();
  void resume();
  io::Task<Result<edge::Successor>> hand_over(api::UpgradeResponse& response);
  edge::Legacy legacy(const std::vector<edge::OpenedListener>& sockets) const;
  void note(edge::Upgrade::Stage stage, const edge::Successor& successor, std::size_t sockets,
            api::UpgradeResponse& response);
  void tell(std::string step, api::UpgradeResponse& response);

  Parts parts_;
  edge::ProcessLauncher launcher_;
  io::Scope running_;
  bool succeeded_ = false;
};

}  // namespace gatehouse::app
