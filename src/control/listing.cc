#include "control/listing.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/time_text.h"
#include "certs/renewal/due.h"
#include "control/participants.h"
#include "control/plan_words.h"
#include "control/site_words.h"
#include "crypto/digest.h"

namespace gatehouse::control {
namespace {

std::string defined(const InForce& now, std::string_view map, const std::string& key) {
  return now.configuration.origin_of(map, key).text();
}

std::string certificate_of(const InForce& now,
                           const std::optional<config::CertificateChoice>& wanted,
                           const NamePattern* name) {
  const ServedIdentityPtr served = now.identities->of(wanted, name);
  return served ? certificate_text(*served) : "";
}

std::string profile_text(const InForce& now, const std::optional<tls::Profile>& profile) {
  return std::string(tls::text(profile.value_or(now.settings().tls_profile)));
}

void add_row(const InForce& now, const config::Binding& binding, const config::Endpoint& endpoint,
             api::ListBindingsResponse& to) {
  const auto* named = std::get_if<config::NamedEndpoint>(&endpoint);
  api::BindingRow& row = *to.add_bindings();
  row.set_name(binding.name);
  row.set_endpoint(endpoint_text(endpoint));
  row.set_certificate(certificate_of(now, binding.certificate, named ? &named->name : nullptr));
  row.set_tls_profile(profile_text(now, binding.tls_profile));
  row.set_site(binding.site);
  row.set_owner(binding.owner);
  row.set_defined(defined(now, "bindings", binding.name));
}

// What a site binds by itself.
void add_row(const InForce& now, const config::Site& site, const std::optional<NamePattern>& name,
             const ListenAddress& address, api::ListBindingsResponse& to) {
  api::BindingRow& row = *to.add_bindings();
  row.set_name(site.name);
  row.set_endpoint(fmt::format("{}:{}", name ? name->text() : "*", address.port()));
  row.set_certificate(certificate_of(now, site.certificate, name ? &*name : nullptr));
  row.set_tls_profile(profile_text(now, site.tls_profile));
  row.set_site(site.name);
  row.set_owner(site.owner);
  row.set_defined(defined(now, "sites", site.name));
}

void add_sites_of(const Participants& participants, api::ListenerRow& row) {
  for (const Participants::One& one : participants.all()) row.add_sites(one.site->name);
}

void add_users(const InForce& now, std::map<const ServedIdentity*, api::CertificateRow*>& rows) {
  const auto use = [&](const auto& choice, const NamePattern* name, const std::string& user) {
    for (const ServedIdentityPtr& served : now.identities->all_of(choice, name)) {
      const auto row = rows.find(served.get());
      if (row == rows.end()) continue;
      const auto& users = row->second->used_by();
      if (users.empty() || *users.rbegin() != user) row->second->add_used_by(user);
    }
  };
  for (const config::Site& site : now.settings().sites) {
    if (!site.enabled || !std::ranges::any_of(site.listen, &ListenAddress::tls)) continue;
    if (site.names.empty()) use(site.certificate, nullptr, site.name);
    for (const NamePattern& name : site.names) use(site.certificate, &name, site.name);
  }
  for (const config::Binding& binding : now.settings().bindings) {
    use(binding.certificate, nullptr, binding.name);
  }
}

}  // namespace

std::string_view state_of(const crypto::Certificate& certificate, WallTime now) {
  if (!certificate.valid_at(now)) return "expired";
  return certs::is_due(certificate, now) ? "due" : "valid";
}

unsigned percent_of_life(const crypto::Certificate& certificate, WallTime now) {
  const auto life = certificate.not_after() - certificate.not_before();
  if (life.count() <= 0 || now <= certificate.not_before()) return 0;
  const double passed = static_cast<double>((now - certificate.not_before()).count()) /
                        static_cast<double>(life.count());
  return static_cast<unsigned>(std::min(passed, 10.0) * 100);
}

bool crosses_network(const UpstreamUrl& upstream) {
  const UpstreamUrl::Tcp* tcp = upstream.tcp();
  if (tcp == nullptr || tcp->host.text() == "localhost") return false;
  if (!tcp->host.is_address()) return true;
  const auto address = IpAddress::parse(tcp->host.text());
  return !address || !address->is_loopback();
}

std::vector<UpstreamUrl> all_upstreams(const config::Site& site) {
  std::vector<UpstreamUrl> all;
  const auto add = [&](const std::vector<UpstreamUrl>& some) {
    for (const UpstreamUrl& one : some) {
      if (std::ranges::find(all, one) == all.end()) all.push_back(one);
    }
  };
  add(site.upstreams);
  for (const config::Route& route : site.routes) add(route.upstreams);
  return all;
}

api::ListSitesResponse list_sites(const InForce& now, const std::string& owner) {
  api::ListSitesResponse response;
  for (const config::Site& site : now.settings().sites) {
    if (!owner.empty() && site.owner != owner) continue;
    api::SiteRow& row = *response.add_sites();
    row.set_name(site.name);
    for (const std::string& url : site_urls(site)) row.add_urls(url);
    for (const std::string& text : upstream_texts(site.upstreams)) row.add_upstreams(text);
    const NamePattern* name = site.names.empty() ? nullptr : &site.names.front();
    row.set_certificate(certificate_of(now, site.certificate, name));
    row.set_http(plain_text(site));
    row.set_owner(site.owner);
    row.set_enabled(site.enabled);
    row.set_defined(defined(now, "sites", site.name));
  }
  return response;
}

api::ListBindingsResponse list_bindings(const InForce& now, const std::string& owner) {
  api::ListBindingsResponse response;
  for (const config::Binding& binding : now.settings().bindings) {
    if (!owner.empty() && binding.owner != owner) continue;
    for (const config::Endpoint& endpoint : binding.at) add_row(now, binding, endpoint, response);
  }
  for (const config::Site& site : now.settings().sites) {
    if (!site.enabled || (!owner.empty() && site.owner != owner)) continue;
    for (const ListenAddress& address : site.listen) {
      if (!address.tls()) continue;
      for (const NamePattern& name : site.names) add_row(now, site, name, address, response);
      if (site.names.empty()) add_row(now, site, std::nullopt, address, response);
    }
  }
  return response;
}

api::ListUpstreamsResponse list_upstreams(const InForce& now) {
  std::map<std::string, api::UpstreamRow> rows;
  for (const config::Site& site : now.settings().sites) {
    for (const UpstreamUrl& upstream : all_upstreams(site)) {
      api::UpstreamRow& row = rows[upstream.text()];
      row.set_url(upstream.text());
      row.add_sites(site.name);
      row.set_crosses_network(crosses_network(upstream));
      row.set_trust_boundary(row.trust_boundary() || site.trust_boundary);
    }
  }
  api::ListUpstreamsResponse response;
  for (auto& [url, row] : rows) *response.add_upstreams() = std::move(row);
  return response;
}

api::ListCertificatesResponse list_certificates(const InForce& now, WallTime time) {
  api::ListCertificatesResponse response;
  std::map<const ServedIdentity*, api::CertificateRow*> rows;
  for (const ServedIdentityPtr& served : now.identities->all()) {
    const crypto::Certificate& leaf = served->identity.leaf();
    api::CertificateRow& row = *response.add_certificates();
    for (const std::string& name : served->names.texts()) row.add_names(name);
    row.set_subject(leaf.subject());
    row.set_issuer(issuer_name(*now.identities, *served));
    row.set_not_before(timestamp_text(leaf.not_before()));
    row.set_not_after(timestamp_text(leaf.not_after()));
    row.set_sha256(crypto::hex(leaf.sha256()));
    row.set_origin(served->origin_text);
    row.set_state(std::string(state_of(leaf, time)));
    row.set_percent_of_life(percent_of_life(leaf, time));
    row.set_renews_itself(!served->brought);
    rows.emplace(served.get(), &row);
  }
  add_users(now, rows);
  return response;
}

api::ListListenersResponse list_listeners(const InForce& now,
                                          const std::vector<OpenListener>& listeners,
                                          const std::vector<std::uint64_t>& connections) {
  api::ListListenersResponse response;
  for (const OpenListener& listener : listeners) {
    api::ListenerRow& row = *response.add_listeners();
    const Participants participants(now.settings(), listener);
    row.set_address(listener.address.text());
    row.set_tls(listener.asked.tls());
    if (listener.asked.tls()) {
      const config::Listener* settings = participants.settings();
      row.set_unknown_names(settings && settings->refuse_unknown_names ? "refuse" : "default");
      row.set_no_name(settings && settings->refuse_no_name ? "refuse" : "default");
      if (settings) row.set_owner(settings->owner);
    }
    if (!listener.metrics) add_sites_of(participants, row);
    if (listener.id < connections.size()) row.set_connections(connections[listener.id]);
  }
  return response;
}

}  // namespace gatehouse::control
