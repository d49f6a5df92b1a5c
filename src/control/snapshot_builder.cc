#include "control/snapshot_builder.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "base/time_text.h"

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

// Whether whoever was served by one of them is served by the other alike.
bool same_where_both_serve(const IdentitySet& a, const IdentitySet& b) {
  if (a.standard != b.standard || a.self_signed != b.self_signed) return false;
  const auto same_in = [](const auto& others, const auto& served_by) {
    return [&others, served_by](const auto& entry) {
      const auto other = others.find(entry.first);
      return other == others.end() || served_by(other->second) == served_by(entry.second);
    };
  };
  return std::ranges::all_of(a.files,
                             same_in(b.files, [](const FilePair& pair) { return pair.served; })) &&
         std::ranges::all_of(a.stored,
                             same_in(b.stored, [](const ServedIdentityPtr& one) { return one; }));
}

std::vector<NamePattern> names_of_changed(const config::Settings& before,
                                          const config::Settings& after) {
  std::vector<NamePattern> names;
  const auto add = [&names](const config::Site* site) {
    if (site != nullptr) names.insert(names.end(), site->names.begin(), site->names.end());
  };
  config::Sites::each_difference(before.sites, after.sites,
                                 [&add](const config::Site* then, const config::Site* now) {
                                   add(then);
                                   add(now);
                                 });
  return names;
}

}  // namespace

ServedIdentityPtr shown_identity(const config::Settings& settings, const IdentitySet& identities) {
  for (const config::SiteBlockPtr& block : settings.sites.blocks()) {
    for (const config::Site* site : block->any_name()) {
      if (site->certificate) return identities.of(site->certificate);
    }
  }
  if (identities.standard) return identities.standard;
  const auto all = identities.all();
  return all.empty() ? nullptr : all.front();
}

std::shared_ptr<const edge::Snapshot> SnapshotBuilder::build(const Input& input) {
  const config::Settings& settings = *input.settings;
  sites_.begin(input.settings, chosen_ports(input.listeners), trust_page(*input.identities));
  auto next = std::make_shared<edge::Snapshot>();
  next->revision = input.revision;
  next->settings = edge_settings(settings);
  next->profile = settings.tls_profile;
  next->tickets = facts_.tickets;
  next->names = input.names;
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
    const Participants participants(*input.settings, listener);
    if (listener.metrics || participants.nobody()) {
      both->listeners.emplace(listener.id, before.listeners.at(listener.id));
      continue;
    }
    const ListenerTables::Tables built = tables.of(listener, participants);
    both->listeners.emplace(listener.id, edge::ListenerPlan{.address = listener.address,
                                                            .metrics = false,
                                                            .bindings = built.bindings,
                                                            .routes = built.routes});
  }
  return both;
}

bool SnapshotBuilder::Built::differs_in_sites_only(const Input& next) const {
  if (!settings) return false;
  const config::Settings& then = *settings;
  const config::Settings& now = *next.settings;
  return then.bindings == now.bindings && then.listeners == now.listeners &&
         then.tls_profile == now.tls_profile && then.hosts == now.hosts &&
         then.timeouts == now.timeouts && same_where_both_serve(*identities, *next.identities);
}

// The tables of one snapshot: made of those of the one before where that is possible, else anew,
// and then shared by listeners with the same participants.
class SnapshotBuilder::Tables {
 public:
  Tables(const Input& input, const Built& last, SiteCache& sites)
      : settings_(*input.settings),
        last_(last),
        tables_(settings_, *input.identities, sites),
        follows_(last.differs_in_sites_only(input)) {
    if (follows_) changed_ = names_of_changed(*last.settings, settings_);
  }

  ListenerTables::Tables of(const OpenListener& listener) {
    const Participants participants(settings_, listener);
    const auto before = last_.listeners.find(listener.id);
    const bool again = follows_ && before != last_.listeners.end() &&
                       before->second.asked == listener.asked && !tables_.is_taken_over(listener);
    if (again) return tables_.again(listener, participants, before->second.tables, changed_);
    return anew(listener, participants);
  }

 private:
  struct Shared {
    std::vector<Participants::One> participants;
    const config::Listener* settings;
    bool tls;
    ListenerTables::Tables tables;
  };

  ListenerTables::Tables anew(const OpenListener& listener, const Participants& participants) {
    // A binding may mean one address only.
    if (!settings_.bindings.empty()) return tables_.of(listener, participants);
    auto all = participants.all();
    const auto known = std::ranges::find_if(shared_, [&](const Shared& one) {
      return one.tls == listener.asked.tls() && one.settings == participants.settings() &&
             one.participants == all;
    });
    if (known != shared_.end()) return known->tables;
    ListenerTables::Tables made = tables_.of(listener, participants);
    shared_.push_back({std::move(all), participants.settings(), listener.asked.tls(), made});
    return made;
  }

  const config::Settings& settings_;
  const Built& last_;
  ListenerTables tables_;
  const bool follows_;
  std::vector<NamePattern> changed_;  // names that sites that differ have or had
  std::vector<Shared> shared_;
};

std::map<edge::ListenerId, edge::ListenerPlan> SnapshotBuilder::plans(const Input& input) {
  std::map<edge::ListenerId, edge::ListenerPlan> made;
  Tables tables(input, last_, sites_);
  Built built{input.settings, input.identities, {}};
  for (const OpenListener& listener : input.listeners) {
    if (listener.metrics) {
      made.emplace(listener.id, metrics_plan(listener));
      continue;
    }
    const ListenerTables::Tables use = tables.of(listener);
    built.listeners.emplace(listener.id, Built::Listener{listener.asked, use});
    made.emplace(listener.id, edge::ListenerPlan{.address = listener.address,
                                                 .metrics = false,
                                                 .bindings = use.bindings,
                                                 .routes = use.routes});
  }
  last_ = std::move(built);
  return made;
}

edge::ListenerPlan SnapshotBuilder::metrics_plan(const OpenListener& listener) const {
  return {.address = listener.address,
          .metrics = true,
          .bindings = nullptr,
          .routes = edge::metrics_routes(labels_.number("metrics"))};
}

std::shared_ptr<const edge::OwnRoute> SnapshotBuilder::trust_page(const IdentitySet& identities) {
  if (anchor_ == identities.anchor) return trust_page_;
  anchor_ = identities.anchor;
  if (!anchor_) return trust_page_ = nullptr;
  auto content = std::make_shared<const NamedTrustContent>(
      std::string(certs::kMachineCa), facts_.trust,
      std::make_shared<const TrustContent>(*anchor_, facts_.trust, TrustContent::Where::on_a_site));
  return trust_page_ = std::make_shared<const edge::OwnRoute>(std::string(kTrustPath),
                                                              edge::Own{std::move(content)});
}

}  // namespace gatehouse::control
