#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/name_table.h"
#include "edge/route/upstream_set.h"
#include "http/message.h"

namespace gatehouse::edge {

// To one of these; never nullptr.
struct Forward {
  std::shared_ptr<const UpstreamSet> upstreams;
};
// Answered by ourselves.
enum class BuiltIn : std::uint8_t { welcome, metrics };
// Refused: the status and a sentence.
struct Refuse {
  std::uint16_t status = 404;
  std::string_view why;
};
using Decision = std::variant<Forward, BuiltIn, Refuse>;

// What happens to a request that came without TLS.
enum class PlainPolicy : std::uint8_t { keep, redirect, refuse };

// By whether the accepted socket's own address is loopback.
struct PlainHttp {
  PlainPolicy external = PlainPolicy::keep;
  PlainPolicy loopback = PlainPolicy::keep;
  std::uint16_t https_port = 443;  // where redirect leads
  friend bool operator==(const PlainHttp&, const PlainHttp&) = default;
};

// What a person publishes under its names.
class Site {
 public:
  Site(std::string name, std::uint32_t policy) : name_(std::move(name)), policy_(policy) {}

  // The longest prefix that matches at a segment's end wins: `/api` takes /api and /api/x, not
  // /apix. The prefix begins with '/'.
  void add_route(std::string prefix, Decision decision);
  const Decision& decide(const http::RequestHead& request) const;

  const std::string& name() const { return name_; }
  // Connections of another policy (TLS profile, client authentication) may not ask for this site.
  std::uint32_t policy() const { return policy_; }
  // The number under which it is counted.
  std::uint32_t label = 0;

 private:
  struct Route {
    std::string prefix;
    Decision decision;
  };

  std::string name_;
  std::uint32_t policy_;
  std::vector<Route> routes_;  // longest prefix first
};

// Sites by name. Immutable once it is shared; lookups never block and never allocate.
class RouteTable {
 public:
  void add(const NamePattern& name, std::shared_ptr<const Site> site) {
    sites_.set(name, std::move(site));
  }
  void set_default(std::shared_ptr<const Site> site) { sites_.set_default(std::move(site)); }

  // The site that an authority (Host) asks for, by the same lookup that chose the certificate.
  // nullptr when there is none, also when the text is no authority.
  const Site* find(std::string_view authority) const;

 private:
  NameTable<std::shared_ptr<const Site>> sites_;
};

// What a listener for the counters serves: /metrics, for whatever Host. `label` is the number under
// which its requests are counted.
std::shared_ptr<const RouteTable> metrics_routes(std::uint32_t label);

}  // namespace gatehouse::edge
