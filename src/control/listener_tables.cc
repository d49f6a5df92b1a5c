#include "control/listener_tables.h"

#include <algorithm>
#include <array>

namespace gatehouse::control {
namespace {

using Scope = ListenAddress::Scope;

// The address of the site that makes it answer here; the most special one.
const ListenAddress* reason(const std::vector<ListenAddress>& addresses,
                            const OpenListener& listener, const IpEndpoint& endpoint) {
  const ListenAddress* found = nullptr;
  for (const ListenAddress& address : addresses) {
    if (!answers_at(address, listener.asked, endpoint)) continue;
    if (found == nullptr || address.scope() > found->scope()) found = &address;
  }
  return found;
}

template <class Participant>
class BySpecificity {
 public:
  void add(Scope scope, Participant participant) {
    lists_.at(static_cast<std::size_t>(scope)).push_back(std::move(participant));
  }
  std::vector<Participant> all() && {
    std::vector<Participant> joined = std::move(lists_.front());
    for (std::size_t i = 1; i < lists_.size(); ++i) {
      joined.insert(joined.end(), lists_.at(i).begin(), lists_.at(i).end());
    }
    return joined;
  }

 private:
  static_assert(Scope::everywhere < Scope::localhost && Scope::localhost < Scope::one_address);
  std::array<std::vector<Participant>, 3> lists_;
};

const config::Listener* listener_settings(const config::Settings& settings,
                                          const OpenListener& listener,
                                          const IpEndpoint& endpoint) {
  const config::Listener* found = nullptr;
  for (const config::Listener& one : settings.listeners) {
    if (!answers_at(one.address, listener.asked, endpoint)) continue;
    if (found == nullptr || one.address.scope() > found->address.scope()) found = &one;
  }
  return found;
}

bool lists_localhost(const config::Site& site) {
  return std::ranges::any_of(site.names,
                             [](const NamePattern& name) { return name.text() == "localhost"; });
}

bool keeps_loopback(const Answering::Plain& one) {
  return one.how == SiteCache::Plain::always_kept ||
         one.site->plain.loopback == edge::PlainPolicy::keep;
}

}  // namespace

tls::Profile Answering::profile(const config::Settings& all, const config::Site* site) const {
  if (site != nullptr && site->tls_profile) return *site->tls_profile;
  if (settings != nullptr && settings->tls_profile) return *settings->tls_profile;
  return all.tls_profile;
}

const config::Site* Answering::any_name() const {
  const config::Site* found = nullptr;
  for (const config::Site* site : sites) {
    if (site->any_name) found = site;
  }
  for (const Plain& one : plain) {
    if (one.site->any_name) found = one.site;
  }
  return found;
}

const config::Site* Answering::localhost() const {
  const config::Site* first = nullptr;
  for (const Plain& one : plain) {
    if (lists_localhost(*one.site)) return one.site;
    if (first == nullptr && keeps_loopback(one)) first = one.site;
  }
  const config::Site* any = any_name();
  return any != nullptr ? any : first;
}

Answering answering_at(const config::Settings& settings, const OpenListener& listener) {
  const IpEndpoint endpoint = listener.endpoint();
  BySpecificity<const config::Site*> with_tls;
  BySpecificity<Answering::Plain> without;
  for (const config::Site& site : settings.sites) {
    if (!site.enabled) continue;
    if (const ListenAddress* why = reason(site.listen, listener, endpoint)) {
      if (why->tls()) with_tls.add(why->scope(), &site);
      if (!why->tls()) without.add(why->scope(), {&site, SiteCache::Plain::always_kept});
    } else if (const ListenAddress* plain = reason(site.plain_listen, listener, endpoint)) {
      without.add(plain->scope(), {&site, SiteCache::Plain::by_policy});
    }
  }
  Answering found{std::move(with_tls).all(), std::move(without).all(), nullptr};
  if (listener.asked.tls()) found.settings = listener_settings(settings, listener, endpoint);
  return found;
}

SitesByName sites_by_name(const config::Settings& settings) {
  SitesByName all;
  for (const config::Site& site : settings.sites) {
    for (const NamePattern& name : site.names) all.try_emplace(name.text(), &site);
  }
  return all;
}

ListenerTables::Tables ListenerTables::of(const OpenListener& listener,
                                          const Answering& answering) {
  Tables tables{nullptr, std::make_shared<edge::RouteTable>()};
  if (!listener.asked.tls()) {
    add_plain(answering, tables);
    return tables;
  }
  tables.bindings = std::make_shared<certs::BindingTable>();
  add_default(answering, tables);
  add_sites(answering, tables);
  add_hosts(answering, tables);
  add_bindings(listener, answering, tables);
  return tables;
}

tls::Answer ListenerTables::answer(const ServedIdentityPtr& served, tls::Profile profile) const {
  return {served->credential, profile, sites_.policy(profile)};
}

void ListenerTables::add_sites(const Answering& answering, Tables& to) {
  for (const config::Site* site : answering.sites) {
    const tls::Profile profile = answering.profile(settings_, site);
    const SiteCache::SitePtr served = sites_.of(*site, profile, SiteCache::Plain::by_policy);
    for (const NamePattern& name : site->names) {
      to.routes->add(name, served);
      const ServedIdentityPtr identity = identities_.of(site->certificate, &name);
      if (identity) to.bindings->bind(name, answer(identity, profile));
    }
    if (site->any_name) to.routes->set_default(served);
  }
}

// A site with `*` answers for every name, so there are no unknown ones.
void ListenerTables::add_default(const Answering& answering, Tables& to) {
  const config::Site* any = answering.any_name();
  const ServedIdentityPtr identity =
      any != nullptr ? identities_.of(any->certificate) : identities_.standard;
  if (!identity) return;
  const tls::Answer by_default = answer(identity, answering.profile(settings_, any));
  const config::Listener* settings = answering.settings;
  const bool refuse_unknown = settings != nullptr && settings->refuse_unknown_names;
  if (any != nullptr || !refuse_unknown) to.bindings->bind_unknown_names(by_default);
  if (settings == nullptr || !settings->refuse_no_name) to.bindings->bind_no_name(by_default);
}

// Further names of the default identity that only a self-signed certificate holds.
void ListenerTables::add_hosts(const Answering& answering, Tables& to) {
  const config::Site* any = answering.any_name();
  if (!identities_.self_signed || (any != nullptr && any->certificate)) return;
  const tls::Answer by_default = answer(identities_.self_signed, answering.profile(settings_, any));
  for (const ServerName& host : settings_.hosts) {
    const NamePattern name = NamePattern::parse(host.text()).value();
    const bool holds = identities_.of(std::nullopt, &name) == identities_.self_signed;
    if (holds && to.bindings->find_named(host) == nullptr) to.bindings->bind(name, by_default);
  }
}

void ListenerTables::add_bindings(const OpenListener& listener, const Answering& answering,
                                  Tables& to) {
  const IpEndpoint here = listener.endpoint();
  for (const config::Binding& binding : settings_.bindings) {
    for (const config::Endpoint& endpoint : binding.at) {
      const auto* named = std::get_if<config::NamedEndpoint>(&endpoint);
      if (named != nullptr && named->port == here.port) {
        add_named(binding, named->name, answering, to);
      } else if (const auto* ip = std::get_if<IpEndpoint>(&endpoint); ip && *ip == here) {
        take_over(binding, answering, to);
      }
    }
  }
}

void ListenerTables::add_named(const config::Binding& binding, const NamePattern& name,
                               const Answering& answering, Tables& to) {
  const config::Site* site = site_of(binding, &name);
  const tls::Profile profile = binding.tls_profile.value_or(answering.profile(settings_, site));
  const ServedIdentityPtr identity = identities_.of(binding.certificate, &name);
  if (identity) to.bindings->bind(name, answer(identity, profile));
  if (site == nullptr) return;
  to.routes->add(name, sites_.of(*site, profile, SiteCache::Plain::by_policy));
}

// Whatever the client calls it, this certificate answers; and this site, if one is named.
void ListenerTables::take_over(const config::Binding& binding, const Answering& answering,
                               Tables& to) {
  const config::Site* site = site_of(binding, nullptr);
  const tls::Profile profile = binding.tls_profile.value_or(answering.profile(settings_, site));
  const ServedIdentityPtr identity = identities_.of(binding.certificate);
  *to.bindings = certs::BindingTable{};
  if (identity) to.bindings->bind_default(answer(identity, profile));
  if (site != nullptr) {
    *to.routes = edge::RouteTable{};
    to.routes->set_default(sites_.of(*site, profile, SiteCache::Plain::by_policy));
    return;
  }
  for (const auto& [name, one] : sites_by_name(settings_)) {
    to.routes->add(NamePattern::parse(name).value(),
                   sites_.of(*one, profile, SiteCache::Plain::by_policy));
  }
}

void ListenerTables::add_plain(const Answering& answering, Tables& to) {
  const auto served = [&](const Answering::Plain& one) {
    return sites_.of(*one.site, settings_.tls_profile, one.how);
  };
  for (const Answering::Plain& one : answering.plain) {
    if (one.site->any_name) to.routes->set_default(served(one));
  }
  const config::Site* localhost = answering.localhost();
  for (const Answering::Plain& one : answering.plain) {
    if (one.site != localhost) continue;
    for (const auto* name : {"localhost", "127.0.0.1", "::1"}) {
      to.routes->add(NamePattern::parse(name).value(), served(one));
    }
  }
  for (const Answering::Plain& one : answering.plain) {
    for (const NamePattern& name : one.site->names) to.routes->add(name, served(one));
  }
}

const config::Site* ListenerTables::site_of(const config::Binding& binding,
                                            const NamePattern* name) {
  if (!binding.site.empty()) {
    const auto found =
        std::ranges::lower_bound(settings_.sites, binding.site, {}, &config::Site::name);
    return found != settings_.sites.end() && found->name == binding.site ? &*found : nullptr;
  }
  if (name == nullptr) return nullptr;
  if (by_name_.empty()) by_name_ = sites_by_name(settings_);
  const auto found = by_name_.find(name->text());
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace gatehouse::control
