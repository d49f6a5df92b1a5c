#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/name_table.h"
#include "edge/route/own_content.h"
#include "edge/route/upstream_set.h"
#include "http/message.h"

namespace gatehouse::edge {

// To one of these; never nullptr.
struct Forward {
  std::shared_ptr<const UpstreamSet> upstreams;
};
// Answered by ourselves.
enum class BuiltIn : std::uint8_t { welcome, metrics };
// Answered by content of our own; never nullptr.
struct Own {
  std::shared_ptr<const OwnContent> content;
};
// Refused: the status and a sentence.
struct Refuse {
  std::uint16_t status = 404;
  std::string_view why;
};
// Sent to the same place over HTTPS, at this port.
struct Redirect {
  std::uint16_t https_port = 443;
};
// Refused with a sentence that names the same place over HTTPS, at this port.
struct HttpsOnly {
  std::uint16_t https_port = 443;
};
using Decision = std::variant<Forward, BuiltIn, Own, Refuse, Redirect, HttpsOnly>;

// How a request came: over TLS that ended here, or plain, by whether the address of ours that the
// client dialled is loopback. Only the socket tells; no header does, not even a trusted proxy's.
enum class Arrival : std::uint8_t { tls, plain_external, plain_loopback };

// What happens to a request that came without TLS.
enum class PlainPolicy : std::uint8_t { keep, redirect, refuse };

struct PlainHttp {
  PlainPolicy external = PlainPolicy::keep;
  PlainPolicy loopback = PlainPolicy::keep;
  std::uint16_t https_port = 443;  // where redirect leads
  friend bool operator==(const PlainHttp&, const PlainHttp&) = default;
};

// Where content of our own answers; shared by all sites that have it.
struct OwnRoute {
  std::string prefix;
  Decision decision;
};

// What a person publishes under its names.
class Site {
 public:
  Site(std::string name, std::uint32_t policy) : name_(std::move(name)), policy_(policy) {}

  // The longest prefix that matches at a segment's end wins: `/api` takes /api and /api/x, not
  // /apix. The prefix begins with '/'.
  // `external` replaces the site's policy for plain requests from outside under this prefix.
  void add_route(std::string prefix, Decision decision,
                 std::optional<PlainPolicy> external = std::nullopt);
  // Unless it is set, plain requests are served.
  void set_plain_http(const PlainHttp& plain);
  // Under this prefix ours answers, whatever the routes say; over TLS only, where the certificate
  // is the one that the content is about.
  void set_own(std::shared_ptr<const OwnRoute> route) { own_ = std::move(route); }
  // What it returns is part of the site. `own_too`: content of our own answers; not where another
  // certificate than that of the site was shown.
  const Decision& decide(const http::RequestHead& request, Arrival arrival,
                         bool own_too = true) const;

  const std::string& name() const { return name_; }
  // Connections of another policy (TLS profile, client authentication) may not ask for this site.
  std::uint32_t policy() const { return policy_; }
  // The number under which it is counted.
  std::uint32_t label = 0;

 private:
  struct Route {
    std::string prefix;
    Decision decision;
    std::optional<PlainPolicy> external;
  };

  const Route* find(std::string_view path) const;
  PlainPolicy plain_policy(const Route* route, Arrival arrival) const;

  std::string name_;
  std::uint32_t policy_;
  std::vector<Route> routes_;  // longest prefix first
  std::shared_ptr<const OwnRoute> own_;
  PlainHttp plain_;
  Decision redirect_ = Redirect{};
  Decision https_only_ = HttpsOnly{};
};

// Sites by name. Immutable once it is shared or copied; a copy shares what it does not change.
// Lookups never block and never allocate.
class RouteTable {
 public:
  void add(const NamePattern& name, std::shared_ptr<const Site> site) {
    sites_.set(name, std::move(site));
  }
  void remove(const NamePattern& name) { sites_.erase(name); }
  void set_default(std::shared_ptr<const Site> site) { sites_.set_default(std::move(site)); }
  void clear_default() { sites_.clear_default(); }

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
