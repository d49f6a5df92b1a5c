#include "app/plan.h"

#include <algorithm>
#include <map>

namespace gatehouse::app {
namespace {

class Planner {
 public:
  Planner(EdgePlan& plan, MetricLabels& labels) : plan_(plan), labels_(labels) {}

  edge::Forward forward(const std::vector<UpstreamUrl>& urls) {
    UpstreamSet set;
    for (const UpstreamUrl& url : urls) {
      set.urls.push_back(url);
      set.labels.push_back(labels_.number(url.address()));
    }
    plan_.upstreams.push_back(std::move(set));
    return {static_cast<std::uint32_t>(plan_.upstreams.size() - 1)};
  }

  std::shared_ptr<edge::Site> site(const std::string& name) {
    auto made = std::make_shared<edge::Site>(name, 0);
    made->label = labels_.number(name);
    return made;
  }

 private:
  EdgePlan& plan_;
  MetricLabels& labels_;
};

std::shared_ptr<const edge::RouteTable> only(std::shared_ptr<edge::Site> site) {
  auto table = std::make_shared<edge::RouteTable>();
  table->set_default(std::move(site));
  return table;
}

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
  return only(std::move(site));
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
  made.upstream.connect = t.connect;
  made.upstream.response = t.response;
  made.limits.head.bytes = command.limits.head;
  made.limits.head.fields = std::min<std::size_t>(command.limits.fields, http::kMaxFields);
  made.limits.body = command.limits.body;
  made.trusted_proxies = command.trusted_proxies;
  return made;
}

}  // namespace

std::shared_ptr<const EdgePlan> make_plan(const cli::RunCommand& command,
                                          const Identities& identities, MetricLabels& labels,
                                          const Clock& clock, std::size_t workers,
                                          std::size_t most_connections) {
  auto plan = std::make_shared<EdgePlan>();
  Planner planner(*plan, labels);
  plan->settings = settings(command);
  plan->profile = command.profile;
  plan->tickets = tls::TicketSeed::random(clock.wall());
  plan->bindings = identities.bindings();
  plan->sites = sites(command, planner);
  auto metrics = planner.site("metrics");
  metrics->add_route("/", edge::Refuse{404, "Only /metrics is here."});
  metrics->add_route("/metrics", edge::BuiltIn::metrics);
  plan->metrics_site = only(std::move(metrics));
  plan->most_connections_per_worker = std::max<std::size_t>(1, most_connections / workers);
  return plan;
}

}  // namespace gatehouse::app
