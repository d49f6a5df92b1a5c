#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "base/access_log.h"
#include "base/event_log.h"
#include "base/metrics.h"
#include "edge/session/request_context.h"
#include "edge/session/upstream_groups.h"
#include "http/h1_writer.h"
#include "io/reactor.h"
#include "tls/wire.h"

namespace gatehouse::edge {

class Session;
struct SessionLink;
using SessionList = io::IntrusiveList<Session, SessionLink>;

// What all sessions of one thread share, whatever is configured. Lives as long as the thread's
// reactor serves.
struct ThreadContext {
  ThreadContext(io::Reactor& reactor_, io::Resolver& resolver, WorkerMetrics& metrics_,
                AccessLogBuffer* access_log_, EventLog& events_, std::uint64_t id_prefix);

  io::Reactor& reactor;
  WorkerMetrics& metrics;
  AccessLogBuffer* access_log;  // nullptr: off
  EventLog& events;
  tls::Wire wire;
  UpstreamGroups upstreams;
  std::function<std::string()> metrics_page;
  // Where heads are built before they go into their place; never used across a suspension.
  std::array<char, 40 * 1024> scratch;
  SessionList sessions;
  std::size_t open_sessions = 0;
  std::size_t most_sessions = SIZE_MAX;
  bool draining = false;
  // While draining: who has not asked yet may ask once more, because the request could be on its
  // way. Else an idle connection ends at once.
  bool patient = false;

  // The value of Date now.
  std::string_view date();
  RequestId next_request_id();

 private:
  std::uint64_t id_prefix_;
  std::uint64_t id_count_ = 0;
  std::int64_t date_second_ = -1;
  http::HttpDate date_{};
};

}  // namespace gatehouse::edge
