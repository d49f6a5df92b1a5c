#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "http/h1_parser.h"

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

// What everybody shares who listens. Timeouts towards upstreams are part of each UpstreamSet.
struct EdgeSettings {
  ClientTimeouts client;
  ClientLimits limits;
  std::vector<Cidr> trusted_proxies;

  // `address` is the text of an IP address.
  bool trusts(std::string_view address) const;
};

}  // namespace gatehouse::edge
