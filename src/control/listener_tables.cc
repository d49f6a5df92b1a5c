#include "control/listener_tables.h"

#include <algorithm>
#include <array>

namespace gatehouse::control {
namespace {

std::array<NamePattern, 3> names_of_localhost() {
  return {NamePattern::parse("localhost").value(), NamePattern::parse("127.0.0.1").value(),
          NamePattern::parse("::1").value()};
}

NamePattern pattern(const ServerName& host) { return NamePattern::parse(host.text()).value(); }

const NamePattern* name_at(const config::Endpoint& endpoint, std::uint16_t port) {
  const auto* named = std::get_if<config::NamedEndpoint>(&endpoint);
  return named != nullptr && named->port == port ? &named->name : nullptr;
}

bool is_at(const config::Endpoint& endpoint, const IpEndpoint& here) {
  const auto* ip = std::get_if<IpEndpoint>(&endpoint);
  return ip != nullptr && *ip == here;
}

}  // namespace

ListenerTables::Tables ListenerTables::of(const OpenListener& listener,
                                          const Participants& participants) {
  Draft made{listener.asked.tls() ? std::make_shared<certs::BindingTable>() : nullptr,
             std::make_shared<edge::RouteTable>()};
  add_defaults(participants, made);
  if (!made.bindings) add_localhost(participants, made);
  for (const Participants::One& one : participants.all()) {
    for (const NamePattern& name : one.site->names) add_name(participants, one, name, made);
  }
  if (made.bindings) add_rest(listener, participants, made);
  return {std::move(made.bindings), std::move(made.routes)};
}

ListenerTables::Tables ListenerTables::again(const OpenListener& listener,
                                             const Participants& participants, const Tables& before,
                                             std::vector<NamePattern> names) {
  Draft made{before.bindings ? std::make_shared<certs::BindingTable>(*before.bindings) : nullptr,
             std::make_shared<edge::RouteTable>(*before.routes)};
  add_dependent(listener, names);
  for (const NamePattern& name : names) {
    if (made.bindings) made.bindings->unbind(name);
    made.routes->remove(name);
  }
  if (made.bindings) made.bindings->unbind_default();
  made.routes->clear_default();
  add_defaults(participants, made);
  if (!made.bindings) add_localhost(participants, made);
  for (const NamePattern& name : names) {
    for (const Participants::One& one : participants.that_publish(name)) {
      add_name(participants, one, name, made);
    }
  }
  if (made.bindings) add_rest(listener, participants, made);
  return {std::move(made.bindings), std::move(made.routes)};
}

bool ListenerTables::is_taken_over(const OpenListener& listener) const {
  if (settings_.bindings.empty()) return false;
  const IpEndpoint here = listener.endpoint();
  return std::ranges::any_of(settings_.bindings, [&here](const config::Binding& binding) {
    return std::ranges::any_of(binding.at, [&here](const auto& one) { return is_at(one, here); });
  });
}

// Names whose answer is not decided by the sites that publish them alone.
void ListenerTables::add_dependent(const OpenListener& listener,
                                   std::vector<NamePattern>& names) const {
  if (!listener.asked.tls()) {
    std::ranges::copy(names_of_localhost(), std::back_inserter(names));
    return;
  }
  std::ranges::transform(settings_.hosts, std::back_inserter(names), pattern);
  for (const config::Binding& binding : settings_.bindings) {
    for (const config::Endpoint& endpoint : binding.at) {
      const NamePattern* name = name_at(endpoint, listener.address.port());
      if (name != nullptr) names.push_back(*name);
    }
  }
}

tls::Answer ListenerTables::answer(const ServedIdentityPtr& served, tls::Profile profile) const {
  return {served->credential, profile, sites_.policy(profile)};
}

// Where nobody said which certificate, the store's may be better.
certs::Bound ListenerTables::bound(const std::optional<config::CertificateChoice>& wanted,
                                   const ServedIdentityPtr& served, tls::Profile profile) const {
  if (wanted && served->pair) return {answer(served, profile), served->pair};
  if (wanted) return answer(served, profile);
  return {answer(served, profile), {served, &served->names}};
}

SiteCache::SitePtr ListenerTables::served(const Participants& participants,
                                          const Participants::One& one,
                                          const ServedIdentityPtr& identity) {
  return sites_.of(*one.site, participants.profile(one.site), one.how,
                   sites_.trust_page_of(identity));
}

void ListenerTables::add_name(const Participants& participants, const Participants::One& one,
                              const NamePattern& name, Draft& to) {
  const ServedIdentityPtr identity =
      to.bindings ? identities_.of(one.site->certificate, &name) : nullptr;
  to.routes->add(name, served(participants, one, identity));
  if (!identity) return;
  const auto& wanted = one.site->certificate;
  to.bindings->bind(name, bound(wanted, identity, participants.profile(one.site)));
}

// A site with `*` answers for every name, so there are no unknown ones.
void ListenerTables::add_defaults(const Participants& participants, Draft& to) {
  const auto any = participants.any_name();
  const ServedIdentityPtr identity =
      any ? identities_.of(any->site->certificate) : identities_.standard;
  if (any) to.routes->set_default(served(participants, *any, to.bindings ? identity : nullptr));
  if (!to.bindings || !identity) return;
  const certs::Bound by_default = bound(any ? any->site->certificate : std::nullopt, identity,
                                        participants.profile(any ? any->site : nullptr));
  const config::Listener* settings = participants.settings();
  const bool refuse_unknown = settings != nullptr && settings->refuse_unknown_names;
  if (any || !refuse_unknown) to.bindings->bind_unknown_names(by_default);
  if (settings == nullptr || !settings->refuse_no_name) to.bindings->bind_no_name(by_default);
}

void ListenerTables::add_localhost(const Participants& participants, Draft& to) {
  const auto localhost = participants.localhost();
  if (!localhost) return;
  for (const NamePattern& name : names_of_localhost()) {
    to.routes->add(name, served(participants, *localhost, nullptr));
  }
}

void ListenerTables::add_rest(const OpenListener& listener, const Participants& participants,
                              Draft& to) {
  add_hosts(participants, to);
  if (settings_.bindings.empty()) return;
  const IpEndpoint here = listener.endpoint();
  for (const config::Binding& binding : settings_.bindings) {
    for (const config::Endpoint& endpoint : binding.at) {
      const NamePattern* name = name_at(endpoint, here.port);
      if (name != nullptr) add_named(binding, *name, participants, to);
      if (is_at(endpoint, here)) take_over(binding, participants, to);
    }
  }
}

// Further names of the default identity that only a self-signed certificate holds.
void ListenerTables::add_hosts(const Participants& participants, Draft& to) {
  const auto any = participants.any_name();
  if (!identities_.self_signed || (any && any->site->certificate)) return;
  const certs::Bound by_default =
      bound(std::nullopt, identities_.self_signed, participants.profile(any ? any->site : nullptr));
  for (const ServerName& host : settings_.hosts) {
    const NamePattern name = pattern(host);
    const bool holds = identities_.of(std::nullopt, &name) == identities_.self_signed;
    if (holds && to.bindings->find_named(host) == nullptr) to.bindings->bind(name, by_default);
  }
}

void ListenerTables::add_named(const config::Binding& binding, const NamePattern& name,
                               const Participants& participants, Draft& to) {
  const config::Site* site = site_of(binding, &name);
  const tls::Profile profile = binding.tls_profile.value_or(participants.profile(site));
  const ServedIdentityPtr identity = identities_.of(binding.certificate, &name);
  if (identity) to.bindings->bind(name, bound(binding.certificate, identity, profile));
  if (site == nullptr) return;
  to.routes->add(
      name, sites_.of(*site, profile, SiteCache::Plain::by_policy, sites_.trust_page_of(identity)));
}

// Whatever the client calls it, this certificate answers; and this site, if one is named.
void ListenerTables::take_over(const config::Binding& binding, const Participants& participants,
                               Draft& to) {
  const config::Site* site = site_of(binding, nullptr);
  const tls::Profile profile = binding.tls_profile.value_or(participants.profile(site));
  const ServedIdentityPtr identity = identities_.of(binding.certificate);
  *to.bindings = certs::BindingTable{};
  if (identity) to.bindings->bind_default(bound(binding.certificate, identity, profile));
  if (!binding.site.empty()) *to.routes = edge::RouteTable{};
  if (site != nullptr)
    to.routes->set_default(
        sites_.of(*site, profile, SiteCache::Plain::by_policy, sites_.trust_page_of(identity)));
  if (!binding.site.empty()) return;
  for (const config::Site& one : settings_.sites) {
    for (const NamePattern& name : one.names) {
      if (site_with(name) != &one) continue;
      to.routes->add(name, sites_.of(one, profile, SiteCache::Plain::by_policy,
                                     sites_.trust_page_of(identity)));
    }
  }
}

// nullptr: nobody answers, or no site is meant.
const config::Site* ListenerTables::site_of(const config::Binding& binding,
                                            const NamePattern* name) const {
  if (binding.site.empty()) return name == nullptr ? nullptr : site_with(*name);
  const config::Site* site = settings_.sites.find(binding.site);
  return site != nullptr && site->enabled ? site : nullptr;
}

const config::Site* ListenerTables::site_with(const NamePattern& name) const {
  const auto publishing = settings_.sites.that_publish(name);
  const auto found = std::ranges::find_if(publishing, &config::Site::enabled);
  return found == publishing.end() ? nullptr : *found;
}

}  // namespace gatehouse::control
