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

void Site::add_route(std::string prefix, Decision decision) {
  const auto shorter = std::ranges::find_if(
      routes_, [&](const Route& route) { return route.prefix.size() < prefix.size(); });
  routes_.insert(shorter, {std::move(prefix), std::move(decision)});
}

const Decision& Site::decide(const http::RequestHead& request) const {
  // Which application answers must not depend on how an upstream reads "..".
  if (request.dot_segments && routes_.size() > 1) return kAmbiguousPath;
  // "OPTIONS *" asks about the server as a whole: whoever has everything else answers.
  const std::string_view path = request.path.starts_with('/') ? request.path : "/";
  for (const Route& route : routes_) {
    if (matches(route.prefix, path)) return route.decision;
  }
  return kNoRoute;
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
