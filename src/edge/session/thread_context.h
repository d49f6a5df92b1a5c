#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/access_log.h"
#include "base/address.h"
#include "base/event_log.h"
#include "base/metrics.h"
#include "edge/route/route_table.h"
#include "edge/upstream/upstream_group.h"
#include "http/h1_parser.h"
#include "http/h1_writer.h"
#include "io/reactor.h"
#include "tls/server_context.h"
#include "tls/wire.h"

namespace gatehouse::edge {

struct ClientTimeouts {
  std::chrono::nanoseconds handshake = std::chrono::seconds{10};
  std::chrono::nanoseconds head = std::chrono::seconds{10};   // from its first byte to its last
  std::chrono::nanoseconds body = std::chrono::seconds{30};   // without any progress
  std::chrono::nanoseconds idle = std::chrono::seconds{75};   // between two requests
  std::chrono::nanoseconds write = std::chrono::seconds{30};  // a reader makes no progress
  std::chrono::nanoseconds tunnel = std::chrono::hours{1};    // no byte in either direction
};

struct ClientLimits {
  http::HeadLimits head;
  std::uint64_t body = 0;  // 0: none
};

// How the welcome page describes the certificate that answers.
struct CertificateSummary {
  std::string names;
  std::string issuer;
  std::string not_after;
  std::string anchor_path;
  std::string trust_command;
};

// What everybody shares who listens.
struct EdgeSettings {
  ClientTimeouts client;
  UpstreamTimeouts upstream;
  ClientLimits limits;
  std::vector<Cidr> trusted_proxies;

  bool trusts(std::string_view address) const;
};

class Session;
struct SessionLink;
using SessionList = io::IntrusiveList<Session, SessionLink>;

// The text of request ids: 32 hexadecimal digits.
using RequestId = std::array<char, 32>;

// What all sessions of one thread share. Lives as long as the thread's reactor serves.
struct ThreadContext {
  ThreadContext(io::Reactor& reactor_, const EdgeSettings& settings_, WorkerMetrics& metrics_,
                AccessLogBuffer* access_log_, EventLog& events_, std::uint64_t id_prefix);

  io::Reactor& reactor;
  const EdgeSettings& settings;
  WorkerMetrics& metrics;
  AccessLogBuffer* access_log;  // nullptr: off
  EventLog& events;
  tls::Wire wire;
  std::vector<std::unique_ptr<UpstreamGroup>> upstreams;  // by Forward::upstreams
  std::function<std::string()> metrics_page;
  CertificateSummary certificate;
  // Where heads are built before they go into their place; never used across a suspension.
  std::array<char, 40 * 1024> scratch;
  SessionList sessions;
  std::size_t open_sessions = 0;
  std::size_t most_sessions = SIZE_MAX;
  bool draining = false;

  // The value of Date now.
  std::string_view date();
  RequestId next_request_id();

 private:
  std::uint64_t id_prefix_;
  std::uint64_t id_count_ = 0;
  std::int64_t date_second_ = -1;
  http::HttpDate date_{};
};

// One listener as one thread sees it.
struct ListenerContext {
  std::size_t number = 0;                   // in the metrics
  const tls::ServerContext* tls = nullptr;  // nullptr: plain HTTP
  const RouteTable* routes = nullptr;
  std::uint16_t port = 0;
};

}  // namespace gatehouse::edge
