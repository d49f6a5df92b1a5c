#include "control/snapshot_builder.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "base/time_text.h"
#include "control/listener_tables.h"

namespace gatehouse::control {
namespace {

edge::EdgeSettings edge_settings(const config::Settings& settings) {
  const config::Timeouts& t = settings.timeouts;
  edge::EdgeSettings made;
  made.client = {.handshake = t.handshake,
                 .head = t.head,
                 .body = t.body,
                 .idle = t.idle,
                 .write = t.write,
                 .tunnel = t.tunnel};
  made.limits.head.bytes = settings.limits.head;
  made.limits.head.fields = std::min<std::size_t>(settings.limits.fields, http::kMaxFields);
  made.limits.body = settings.limits.body;
  made.trusted_proxies = settings.trusted_proxies;
  return made;
}

edge::CertificateSummary summary(const SnapshotBuilder::Input& input,
                                 const std::string& trust_command) {
  const ServedIdentityPtr shown = shown_identity(*input.settings, *input.identities);
  if (!shown) return {};
  const crypto::Certificate& leaf = shown->identity.leaf();
  const bool ours = shown->origin == ServedIdentity::Origin::local_ca;
  return {.names = fmt::format("{}", fmt::join(shown->names.texts(), ", ")),
          .issuer = issuer_name(*input.identities, *shown),
          .not_after = date_text(leaf.not_after()),
          .anchor_path = ours ? input.identities->anchor_file : "",
          .trust_command = ours ? trust_command : ""};
}

SiteCache::ChosenPort chosen_ports(const std::vector<OpenListener>& listeners) {
  return [all = listeners](const ListenAddress& address) -> std::uint16_t {
    const auto found = std::ranges::find(all, address, &OpenListener::asked);
    return found == all.end() ? 0 : found->address.port();
  };
}

// Listeners with the same participants share their tables.
struct Shared {
  Answering answering;
  bool tls;
  ListenerTables::Tables tables;
};

bool same_participants(const Answering& a, const Answering& b) {
  const auto same_plain = [](const Answering::Plain& x, const Answering::Plain& y) {
    return x.site == y.site && x.how == y.how;
  };
  return a.sites == b.sites && a.settings == b.settings &&
         std::ranges::equal(a.plain, b.plain, same_plain);
}

}  // namespace

ServedIdentityPtr shown_identity(const config::Settings& settings, const IdentitySet& identities) {
  for (const config::Site& site : settings.sites) {
    if (site.enabled && site.any_name && site.certificate) return identities.of(site.certificate);
  }
  if (identities.standard) return identities.standard;
  const auto all = identities.all();
  return all.empty() ? nullptr : all.front();
}

std::shared_ptr<const edge::Snapshot> SnapshotBuilder::build(const Input& input) {
  const config::Settings& settings = *input.settings;
  sites_.begin(input.settings, chosen_ports(input.listeners));
  auto next = std::make_shared<edge::Snapshot>();
  next->revision = input.revision;
  next->settings = edge_settings(settings);
  next->profile = settings.tls_profile;
  next->tickets = facts_.tickets;
  next->certificate = summary(input, facts_.trust_command);
  next->listeners = plans(input);
  next->access_log = input.access_log;
  const std::size_t most = settings.limits.connections.value_or(facts_.most_connections);
  next->most_connections_per_worker = std::max<std::size_t>(1, most / facts_.workers);
  return next;
}

std::shared_ptr<const edge::Snapshot> SnapshotBuilder::bridge(
    const std::shared_ptr<const edge::Snapshot>& next, const edge::Snapshot& before,
    const std::vector<OpenListener>& leaving, const Input& input) {
  auto both = std::make_shared<edge::Snapshot>(*next);
  ListenerTables tables(*input.settings, *input.identities, sites_);
  for (const OpenListener& listener : leaving) {
    const Answering answering = answering_at(*input.settings, listener);
    if (listener.metrics || (answering.sites.empty() && answering.plain.empty())) {
      both->listeners.emplace(listener.id, before.listeners.at(listener.id));
      continue;
    }
    const ListenerTables::Tables built = tables.of(listener, answering);
    both->listeners.emplace(listener.id, edge::ListenerPlan{.address = listener.address,
                                                            .metrics = false,
                                                            .bindings = built.bindings,
                                                            .routes = built.routes});
  }
  return both;
}

std::map<edge::ListenerId, edge::ListenerPlan> SnapshotBuilder::plans(const Input& input) {
  std::map<edge::ListenerId, edge::ListenerPlan> made;
  ListenerTables tables(*input.settings, *input.identities, sites_);
  std::vector<Shared> shared;
  const bool can_share = input.settings->bindings.empty();  // else each address may differ
  for (const OpenListener& listener : input.listeners) {
    if (listener.metrics) {
      made.emplace(listener.id, metrics_plan(listener));
      continue;
    }
    Answering answering = answering_at(*input.settings, listener);
    auto known = std::ranges::find_if(shared, [&](const Shared& one) {
      return can_share && one.tls == listener.asked.tls() &&
             same_participants(one.answering, answering);
    });
    if (known == shared.end()) {
      auto built = tables.of(listener, answering);
      known = shared.insert(shared.end(),
                            {std::move(answering), listener.asked.tls(), std::move(built)});
    }
    const ListenerTables::Tables& use = known->tables;
    made.emplace(listener.id, edge::ListenerPlan{.address = listener.address,
                                                 .metrics = false,
                                                 .bindings = use.bindings,
                                                 .routes = use.routes});
  }
  return made;
}

edge::ListenerPlan SnapshotBuilder::metrics_plan(const OpenListener& listener) const {
  return {.address = listener.address,
          .metrics = true,
          .bindings = nullptr,
          .routes = edge::metrics_routes(labels_.number("metrics"))};
}

}  // namespace gatehouse::control
