#pragma once

#include "admin/server.h"
#include "app/worker_fleet.h"
#include "control/listeners.h"
#include "control/live_control_plane.h"
#include "edge/listener/upgrade.h"

namespace gatehouse::app {

// Replaces the running program by a new one without losing a connection. Control thread only.
class Succession {
 public:
  struct Parts {
    io::Reactor& reactor;
    control::LiveControlPlane& plane;
    control::Listeners& listeners;
    WorkerFleet& fleet;
    admin::Server* admin;  // nullptr: there is no administration
  };
  explicit Succession(const edge::Program& program) : launcher_(program) {}

  // See edge::Upgrade::carry_out. While it runs and after it has succeeded nothing changes here.
  io::Task<Result<pid_t>> carry_out(Parts parts);

 private:
  edge::ProcessLauncher launcher_;
};

}  // namespace gatehouse::app
