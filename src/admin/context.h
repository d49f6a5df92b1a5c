#pragma once

#include <cstddef>

#include "admin/desks.h"
#include "admin/role_policy.h"
#include "base/event_log.h"
#include "control/control_plane.h"
#include "io/event.h"
#include "io/intrusive_list.h"
#include "io/reactor.h"
#include "io/scope.h"

namespace gatehouse::admin {

class Connection;
struct ConnectionLink;

inline constexpr std::size_t kMostConnections = 64;
// Of peers without a role, who are only told so.
inline constexpr std::size_t kMostStrangers = 8;
inline constexpr std::size_t kMostWatchers = 16;

// What all connections of a server share. The server owns it; it outlives them.
struct Context {
  Context(io::Reactor& reactor_, control::ControlPlane& plane_, EventLog& events_,
          RolePolicy policy_)
      : reactor(reactor_),
        desks{plane_},
        events(events_),
        policy(std::move(policy_)),
        calls(reactor_),
        ended(reactor_) {}

  io::Reactor& reactor;
  Desks desks;
  EventLog& events;
  RolePolicy policy;
  io::Scope calls;  // that run, whether or not their client still waits
  io::Event ended;  // a connection or a call has
  io::IntrusiveList<Connection, ConnectionLink> connections;
  std::size_t peers = 0;      // connections of peers with a role
  std::size_t strangers = 0;  // and without
  std::size_t watchers = 0;
  bool draining = false;
};

}  // namespace gatehouse::admin
