#include "config/settle_together.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/suggest.h"
#include "config/published_names.h"
#include "config/socket_holders.h"
#include "config/values.h"

namespace gatehouse::config {
namespace {

bool is_this_machine(const ServerName& host) {
  if (host.is_address()) return IpAddress::parse(host.text())->is_loopback();
  return host.text() == "localhost" || host.text().ends_with(".localhost");
}

class Together {
 public:
  Together(const Settings& settings, const FieldPath& root, SettleReport& report)
      : settings_(settings),
        report_(report),
        sites_(root.field("sites")),
        bindings_(root.field("bindings")),
        listeners_(root.field("listeners")),
        metrics_(root.field("metrics")),
        holders_(report),
        names_(settings.sites, sites_, report) {}

  void check() {
    for (const Site& site : settings_.sites) {
      if (!site.enabled) continue;
      hold_addresses(site);
      publish_names(site);
      check_boundary(site);
    }
    check_rest();
  }

  void check_changed(const std::set<std::string>& names) {
    hold_all_addresses();
    for (const Site* site : concerned(names)) publish_names(*site);
    check_rest();
  }

  void check_boundaries(const std::set<std::string>& names) {
    for (const std::string& name : names) {
      const Site* site = settings_.sites.find(name);
      if (site != nullptr && site->enabled) check_boundary(*site);
    }
  }

 private:
  void check_rest() {
    check_listeners();
    for (const Binding& binding : settings_.bindings) check_binding(binding);
    if (settings_.metrics) {
      holders_.hold(*settings_.metrics, Speaks::metrics, metrics_.field("listen"));
    }
  }

  static Speaks spoken_at(const ListenAddress& address) {
    return address.tls() ? Speaks::tls : Speaks::plain;
  }

  void hold_addresses(const Site& site) {
    const FieldPath at = sites_.key(site.name);
    const FieldPath listen = at.field("listen");
    for (const ListenAddress& address : site.listen) {
      holders_.hold(address, spoken_at(address), listen);
    }
    const FieldPath http = at.field("http");
    const FieldPath plain_listen = http.field("listen");
    for (const ListenAddress& address : site.plain_listen) {
      holders_.hold(address, Speaks::plain, plain_listen);
    }
  }

  void hold_all_addresses() {
    for (const SiteBlockPtr& block : settings_.sites.blocks()) {
      for (const SiteBlock::Asked& asked : block->asked()) {
        holders_.hold(asked.address, spoken_at(asked.address), sites_);
      }
    }
  }

  // These sites, and those that could be in their way: with one of their names, or with every name
  // as they are. In the order of their keys.
  std::vector<const Site*> concerned(const std::set<std::string>& names) const {
    std::map<std::string_view, const Site*> found;
    const auto add = [&found](const Site* site) {
      if (site->enabled) found.emplace(site->name, site);
    };
    for (const std::string& name : names) {
      const Site* site = settings_.sites.find(name);
      if (site == nullptr || !site->enabled) continue;
      add(site);
      for (const NamePattern& one : site->names) {
        std::ranges::for_each(settings_.sites.that_publish(one), add);
      }
      if (!site->any_name) continue;
      for (const SiteBlockPtr& block : settings_.sites.blocks()) {
        std::ranges::for_each(block->any_name(), add);
      }
    }
    std::vector<const Site*> all;
    for (const auto& [name, site] : found) all.push_back(site);
    return all;
  }

  void publish_names(const Site& site) {
    for (const ListenAddress& address : site.listen) names_.publish(site, address);
    for (const ListenAddress& address : site.plain_listen) names_.publish(site, address);
  }

  void check_boundary(const Site& site) {
    if (site.trust_boundary) return;
    const FieldPath at = sites_.key(site.name);
    const FieldPath upstreams = at.field("upstreams");
    check_boundary(site.upstreams, upstreams);
    const FieldPath routes = at.field("routes");
    for (std::size_t i = 0; i < site.routes.size(); ++i) {
      if (site.routes[i].upstreams == site.upstreams) continue;
      const FieldPath route = routes.item(i);
      const FieldPath of_route = route.field("upstreams");
      check_boundary(site.routes[i].upstreams, of_route);
    }
  }

  // Requests cross a network in the clear, and nobody has said that this is meant.
  void check_boundary(const std::vector<UpstreamUrl>& upstreams, const FieldPath& at) {
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
      const UpstreamUrl::Tcp* tcp = upstreams[i].tcp();
      if (tcp == nullptr || is_this_machine(tcp->host)) continue;
      report_.warning(
          "GH3501", at.item(i),
          fmt::format("requests go to {} in plain HTTP, for everyone on the way to read and to "
                      "change. If that way is safe, write `trust_boundary: true`.",
                      upstreams[i].address()));
    }
  }

  void check_listeners() {
    std::map<std::string, const Listener*> seen;
    for (const Listener& listener : settings_.listeners) {
      const FieldPath at = listeners_.key(listener.key);
      const Listener* first = seen.try_emplace(listener.address.text(), &listener).first->second;
      holders_.hold(listener.address, Speaks::tls, at);
      if (first == &listener) continue;
      report_.error("GH3305", at,
                    fmt::format("`{}` and `{}` are the same address. Put both entries into one.",
                                first->key, listener.key));
    }
  }

  void check_binding(const Binding& binding) {
    const FieldPath at = bindings_.key(binding.name);
    check_site_of(binding, at.field("site"));
    const FieldPath list = at.field("at");
    for (std::size_t i = 0; i < binding.at.size(); ++i) {
      const FieldPath item = list.item(i);
      check_endpoint(binding, binding.at[i], item);
    }
  }

  std::string site_like(const std::string& name) const {
    std::vector<std::string_view> known;
    for (const Site& site : settings_.sites) known.push_back(site.name);
    return did_you_mean(name, known);
  }

  void check_site_of(const Binding& binding, const FieldPath& at) {
    if (binding.site.empty()) return;
    const Site* site = settings_.sites.find(binding.site);
    if (site == nullptr) {
      report_.error("GH3306", at,
                    fmt::format("there is no site {}.{} Write the key of one under `sites`, or "
                                "leave `site` out: then the site that has the name answers.",
                                in_quotes(binding.site), site_like(binding.site)));
    } else if (!site->enabled) {
      report_.warning(
          "GH3502", at,
          fmt::format("site `{}` is not enabled, so that nobody answers here.", site->name));
    }
  }

  void check_endpoint(const Binding& binding, const Endpoint& endpoint, const FieldPath& at) {
    const Binding* first = bound_.try_emplace(text(endpoint), &binding).first->second;
    if (first != &binding) check_same(binding, *first, endpoint, at);
    if (const auto* address = std::get_if<IpEndpoint>(&endpoint)) {
      return holders_.hold(*address, Speaks::tls, at);
    }
    check_named(binding, std::get<NamedEndpoint>(endpoint), at);
  }

  void check_same(const Binding& binding, const Binding& first, const Endpoint& endpoint,
                  const FieldPath& at) {
    const bool same = binding.certificate == first.certificate && binding.site == first.site &&
                      binding.tls_profile == first.tls_profile;
    if (same) return;
    const FieldPath other = bindings_.key(first.name);
    report_.error("GH3307", at,
                  fmt::format("`{}` is bound here and by binding `{}`{}, with another certificate, "
                              "site or TLS profile. Take the endpoint from one of them.",
                              text(endpoint), first.name, report_.where(other)));
  }

  void check_named(const Binding& binding, const NamedEndpoint& endpoint, const FieldPath& at) {
    if (!holders_.has_tls_on(endpoint.port)) {
      const std::array<std::uint8_t, 16> any{};
      holders_.hold(IpEndpoint{IpAddress::v6(any), endpoint.port}, Speaks::tls, at);
    }
    bool published = !binding.site.empty() || any_name();
    for (const Site* site : settings_.sites.that_publish(endpoint.name)) {
      if (!site->enabled) continue;
      published = true;
      check_certificate(binding, endpoint, *site, at);
    }
    if (published) return;
    report_.warning("GH3503", at,
                    fmt::format("no site publishes `{}`, so that requests there are answered with "
                                "404. Publish the name, or say the `site` of the binding.",
                                endpoint.name.text()));
  }

  bool any_name() const {
    return std::ranges::any_of(settings_.sites.blocks(), [](const SiteBlockPtr& block) {
      return !block->any_name().empty();
    });
  }

  // A site that says its certificate, and a binding that says another for the same name and port.
  void check_certificate(const Binding& binding, const NamedEndpoint& endpoint, const Site& site,
                         const FieldPath& at) {
    const bool differ =
        binding.certificate && site.certificate && binding.certificate != site.certificate;
    const bool there = std::ranges::any_of(site.listen, [&endpoint](const ListenAddress& listen) {
      return listen.tls() && listen.port() == endpoint.port;
    });
    if (!differ || !there) return;
    const FieldPath other = sites_.key(site.name);
    report_.error("GH3308", at,
                  fmt::format("`{}` has a certificate here and another one in site `{}`{}. Take "
                              "the certificate from one of them.",
                              text(Endpoint(endpoint)), site.name,
                              report_.where(other.field("certificate"))));
  }

  const Settings& settings_;
  SettleReport& report_;
  const FieldPath sites_;
  const FieldPath bindings_;
  const FieldPath listeners_;
  const FieldPath metrics_;
  SocketHolders holders_;
  PublishedNames names_;
  std::map<std::string, const Binding*> bound_;
};

}  // namespace

void settle_together(const Settings& settings, const FieldPath& root, SettleReport& report) {
  Together(settings, root, report).check();
}

void settle_changed_together(const Settings& settings, const std::set<std::string>& sites,
                             const FieldPath& root, SettleReport& report) {
  Together(settings, root, report).check_changed(sites);
}

void settle_boundaries(const Settings& settings, const std::set<std::string>& sites,
                       const FieldPath& root, SettleReport& report) {
  Together(settings, root, report).check_boundaries(sites);
}

}  // namespace gatehouse::config
