#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/access_log.h"
#include "base/address.h"
#include "base/server_name.h"
#include "certs/copies/copy.h"
#include "config/diagnostic.h"
#include "config/document.h"
#include "config/sites.h"
#include "tls/profile.h"

namespace gatehouse::config {

// Every wait has one; none is zero.
struct Timeouts {
  std::chrono::milliseconds handshake = std::chrono::seconds{10};
  std::chrono::milliseconds head = std::chrono::seconds{10};
  std::chrono::milliseconds body = std::chrono::seconds{30};  // without progress
  std::chrono::milliseconds idle = std::chrono::seconds{75};
  std::chrono::milliseconds write = std::chrono::seconds{30};  // a reader makes no progress
  std::chrono::milliseconds connect = std::chrono::seconds{5};
  std::chrono::milliseconds response = std::chrono::seconds{60};  // first byte of the upstream
  std::chrono::milliseconds tunnel = std::chrono::hours{1};       // no byte in either direction
  std::chrono::milliseconds drain = std::chrono::seconds{30};
  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

struct Limits {
  std::optional<std::uint64_t> connections;  // of the process; none: from RLIMIT_NOFILE
  std::uint64_t head = 32768;
  std::uint64_t fields = 128;
  std::uint64_t body = 0;  // 0: unlimited
  friend bool operator==(const Limits&, const Limits&) = default;
};

// `files.example.com:443`, found by SNI on every listener with that port.
struct NamedEndpoint {
  NamePattern name;
  std::uint16_t port;
  friend bool operator==(const NamedEndpoint&, const NamedEndpoint&) = default;
};
// NamedEndpoint, or an address that answers so whatever the client calls it.
using Endpoint = std::variant<NamedEndpoint, IpEndpoint>;

struct Binding {
  std::string name;
  std::vector<Endpoint> at;
  std::optional<CertificateChoice> certificate;  // none: the default identity
  std::string site;                              // empty: the one that has the name
  std::string owner;
  std::optional<tls::Profile> tls_profile;
  friend bool operator==(const Binding&, const Binding&) = default;
};

struct Listener {
  std::string key;  // as it is written
  ListenAddress address;
  bool refuse_unknown_names = false;
  bool refuse_no_name = false;
  std::string owner{};
  std::optional<tls::Profile> tls_profile{};
  friend bool operator==(const Listener&, const Listener&) = default;
};

// A configuration as valid values. It holds together: sites that bindings name exist, no name is
// published twice on one listener, no address is plain and TLS at once.
struct Settings {
  Sites sites;
  std::vector<Binding> bindings;
  std::vector<Listener> listeners;
  std::vector<certs::Copy> copies;  // `gatehouse copy run` reads them
  tls::Profile tls_profile = tls::Profile::intermediate;
  std::string permit;  // certs/issuer reads it
  std::vector<ServerName> hosts;
  std::vector<Cidr> trusted_proxies;
  Timeouts timeouts;
  Limits limits;
  AccessLogTarget access_log;
  std::optional<ListenAddress> metrics;     // plain, loopback
  std::vector<std::string> administrators;  // user, or @group
  std::vector<std::string> readers;
  std::optional<unsigned> workers;  // none: as many as CPUs
  friend bool operator==(const Settings&, const Settings&) = default;
};

struct Settled {
  std::optional<Settings> settings;  // none: there are errors
  Diagnostics diagnostics;           // with places from the document's origins
};

// Checks everything that needs no disk, network or machine. Every error in one go.
Settled settle(const Document& document);

}  // namespace gatehouse::config
