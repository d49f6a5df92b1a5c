#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/counters.h"
#include "base/process_facts.h"

namespace gatehouse {

enum class HttpMethod { get, head, post, put, delete_, connect, options, trace, patch, other };
enum class HttpProtocol { http_1_0, http_1_1, http_2, http_3, unknown };
enum class TlsVersion { tls_1_2, tls_1_3, unknown };
enum class TlsGroup { x25519_mlkem768, x25519, p256, p384, other, none };
enum class HandshakeResult { full, resumed, refused, aborted, timed_out, not_tls };
enum class ConnectionState { handshaking, idle, active, tunnel };
enum class UpstreamResult {
  answered,
  refused,      // nobody listens
  unreachable,  // no route, no such socket file, not permitted
  unresolved,   // its name has no address
  connect_timed_out,
  response_timed_out,
  closed_early,
  invalid_response,
  cancelled,  // the client went away
};

HttpMethod http_method(std::string_view method);
TlsVersion tls_version(std::uint16_t wire);
TlsGroup tls_group(std::uint16_t wire);  // IANA number; 0: none

// Sites, listeners and upstreams by number, so that counting needs no name. Numbers are never
// reused. Any thread, not the data path: ask once, keep the number.
class MetricLabels {
 public:
  static constexpr std::uint32_t kMost = 100'000;  // what comes later is "OTHER"

  std::uint32_t number(std::string_view name);
  std::string name(std::uint32_t number) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

// The counters of one worker thread: only that thread counts, any thread renders.
class alignas(64) WorkerMetrics {
 public:
  static constexpr std::size_t kListeners = 64;  // later ones share the last place

  struct Request {
    std::uint32_t site = 0;
    int code = 0;
    HttpMethod method = HttpMethod::other;
    HttpProtocol protocol = HttpProtocol::unknown;
    std::chrono::nanoseconds duration{};
  };
  void request(const Request& request);
  void handshake(TlsVersion version, TlsGroup group, HandshakeResult result);
  void upstream(std::uint32_t upstream, UpstreamResult result);

  // `listener` is the place of the listener in the list given to render().
  void accepted(std::size_t listener) { of(listener).accepted.add(); }
  void turned_away(std::size_t listener) { of(listener).turned_away.add(); }
  void enter(std::size_t listener, ConnectionState state) { gauge(listener, state).add(1); }
  void leave(std::size_t listener, ConnectionState state) { gauge(listener, state).add(-1); }
  // Any thread.
  std::uint64_t connections(std::size_t listener) const;
  std::uint64_t requests() const;

  void change(std::size_t listener, ConnectionState from, ConnectionState to) {
    if (from == to) return;
    leave(listener, from);
    enter(listener, to);
  }

 private:
  friend class MetricsPage;
  static constexpr std::size_t kVersions = 3;
  static constexpr std::size_t kGroups = 6;
  static constexpr std::size_t kHandshakeResults = 6;
  static constexpr std::size_t kHandshakePlaces = kVersions * kGroups * kHandshakeResults;
  static constexpr std::size_t kStates = 4;

  struct Listener {
    Counter accepted;
    Counter turned_away;
    std::array<Gauge, kStates> connections;
  };
  Listener& of(std::size_t listener) {
    return listeners_[listener < kListeners ? listener : kListeners - 1];
  }
  Gauge& gauge(std::size_t listener, ConnectionState state) {
    return of(listener).connections[static_cast<std::size_t>(state)];
  }

  CounterTable<2048> requests_;
  CounterTable<512> upstreams_;
  DurationHistogram durations_;
  std::array<Counter, kHandshakePlaces> handshakes_;
  std::array<Listener, kListeners> listeners_;
};

struct CertificateExpiry {
  std::string name;
  WallTime not_after;
};

struct MetricsInput {
  std::span<const WorkerMetrics* const> workers;
  const MetricLabels& labels;
  std::span<const std::string> listeners;  // names, in the order of the workers' numbers
  std::span<const CertificateExpiry> certificates;
  std::uint64_t access_log_dropped = 0;
  ProcessFacts process;
  std::string_view version;
};

// The content type that goes with render_metrics().
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

// Prometheus text format 0.0.4. Any thread, while workers count.
std::string render_metrics(const MetricsInput& input);

}  // namespace gatehouse
