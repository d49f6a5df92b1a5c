#include "edge/route/route_table.h"

#include <algorithm>

namespace gatehouse::edge {
namespace {

bool matches(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

const Decision kNoRoute{Refuse{404, "No application is published under this path."}};
const Decision kAmbiguousPath{
    Refuse{400, "The path has a segment \".\" or \"..\", which routes by path cannot allow."}};

}  // namespace

void Site::add_route(std::string prefix, Decision decision, std::optional<PlainPolicy> external) {
  const auto shorter = std::ranges::find_if(
      routes_, [&](const Route& route) { return route.prefix.size() < prefix.size(); });
  routes_.insert(shorter, {std::move(prefix), std::move(decision), external});
}

void Site::set_plain_http(const PlainHttp& plain) {
  plain_ = plain;
  redirect_ = Redirect{plain.https_port};
  https_only_ = HttpsOnly{plain.https_port};
}

const Decision& Site::decide(const http::RequestHead& request, Arrival arrival,
                             bool own_too) const {
  const bool own = own_ && own_too && arrival == Arrival::tls;
  if (own && matches(own_->prefix, request.path)) return own_->decision;
  // Which application answers must not depend on how an upstream reads "..".
  if (request.dot_segments && routes_.size() > 1) return kAmbiguousPath;
  // "OPTIONS *" asks about the server as a whole: whoever has everything else answers.
  const Route* route = find(request.path.starts_with('/') ? request.path : "/");
  switch (plain_policy(route, arrival)) {
    case PlainPolicy::redirect: return redirect_;
    case PlainPolicy::refuse: return https_only_;
    case PlainPolicy::keep: break;
  }
  return route == nullptr ? kNoRoute : route->decision;
}

const Site::Route* Site::find(std::string_view path) const {
  const auto found = std::ranges::find_if(
      routes_, [path](const Route& route) { return matches(route.prefix, path); });
  return found == routes_.end() ? nullptr : &*found;
}

PlainPolicy Site::plain_policy(const Route* route, Arrival arrival) const {
  switch (arrival) {
    case Arrival::tls: return PlainPolicy::keep;
    case Arrival::plain_loopback: return plain_.loopback;
    case Arrival::plain_external: break;
  }
  return route != nullptr && route->external ? *route->external : plain_.external;
}

const Site* RouteTable::find(std::string_view authority) const {
  const std::shared_ptr<const Site>* site = nullptr;
  if (authority.empty()) {
    site = sites_.find_default();
  } else if (const auto parsed = Authority::parse(authority)) {
    site = sites_.find(parsed->host);
  }
  return site == nullptr ? nullptr : site->get();
}

std::shared_ptr<const RouteTable> metrics_routes(std::uint32_t label) {
  auto site = std::make_shared<Site>("metrics", 0);
  site->label = label;
  site->add_route("/", Refuse{404, "Only /metrics is here."});
  site->add_route("/metrics", BuiltIn::metrics);
  auto table = std::make_shared<RouteTable>();
  table->set_default(std::move(site));
  return table;
}

}  // namespace gatehouse::edge
