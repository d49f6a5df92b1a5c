#include "app/plan.h"

#include <algorithm>
#include <map>

namespace gatehouse::app {
namespace {

class Planner {
 public:
  Planner(const cli::RunCommand& command, MetricLabels& labels) : labels_(labels) {
    timeouts_.connect = command.timeouts.connect;
    timeouts_.response = command.timeouts.response;
  }

  edge::Forward forward(const std::vector<UpstreamUrl>& urls) {
    auto set = std::make_shared<edge::UpstreamSet>();
    set->timeouts = timeouts_;
    for (const UpstreamUrl& url : urls) {
      set->members.push_back({url, labels_.number(url.address())});
    }
    return {std::move(set)};
  }

  std::shared_ptr<edge::Site> site(const std::string& name) {
    auto made = std::make_shared<edge::Site>(name, 0);
    made->label = labels_.number(name);
    return made;
  }

 private:
  UpstreamTimeouts timeouts_;
  MetricLabels& labels_;
};

std::shared_ptr<const edge::RouteTable> sites(const cli::RunCommand& command, Planner& planner) {
  auto site = planner.site("default");
  if (command.to.empty()) {
    site->add_route("/", edge::BuiltIn::welcome);
  } else {
    site->add_route("/", planner.forward(command.to));
  }
  std::map<std::string, std::vector<UpstreamUrl>> by_prefix;
  for (const cli::RunCommand::Route& route : command.routes) {
    by_prefix[route.prefix].push_back(route.to);
  }
  for (const auto& [prefix, urls] : by_prefix) site->add_route(prefix, planner.forward(urls));
  auto table = std::make_shared<edge::RouteTable>();
  table->set_default(std::move(site));
  return table;
}

edge::EdgeSettings settings(const cli::RunCommand& command) {
  edge::EdgeSettings made;
  const cli::Timeouts& t = command.timeouts;
  made.client = {.handshake = t.handshake,
                 .head = t.head,
                 .body = t.body,
                 .idle = t.idle,
                 .write = t.write,
                 .tunnel = t.tunnel};
  made.limits.head.bytes = command.limits.head;
  made.limits.head.fields = std::min<std::size_t>(command.limits.fields, http::kMaxFields);
  made.limits.body = command.limits.body;
  made.trusted_proxies = command.trusted_proxies;
  return made;
}

}  // namespace

edge::Snapshot make_plan(const cli::RunCommand& command, std::span<const OpenListener> listeners,
                         MetricLabels& labels, const Clock& clock, std::size_t workers,
                         std::size_t most_connections) {
  edge::Snapshot plan;
  Planner planner(command, labels);
  plan.settings = settings(command);
  plan.profile = command.profile;
  plan.tickets = tls::TicketSeed::random(clock.wall());
  plan.most_connections_per_worker = std::max<std::size_t>(1, most_connections / workers);
  const auto published = sites(command, planner);
  const auto counters = edge::metrics_routes(labels.number("metrics"));
  edge::ListenerId id = 0;
  for (const OpenListener& listener : listeners) {
    plan.listeners[id++] = {.address = listener.address,
                            .metrics = listener.metrics,
                            .bindings = nullptr,
                            .routes = listener.metrics ? counters : published};
  }
  return plan;
}

std::shared_ptr<const edge::Snapshot> with_identities(const edge::Snapshot& plan,
                                                      std::span<const OpenListener> listeners,
                                                      const Identities& identities,
                                                      std::uint64_t revision) {
  auto snapshot = std::make_shared<edge::Snapshot>(plan);
  snapshot->revision = revision;
  snapshot->certificate = identities.summary();
  for (auto& [id, listener] : snapshot->listeners) {
    if (listeners[id].tls) listener.bindings = identities.bindings();
  }
  return snapshot;
}

}  // namespace gatehouse::app
