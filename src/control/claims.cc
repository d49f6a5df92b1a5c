#include "control/claims.h"

#include <algorithm>

#include <fmt/format.h>

#include "control/listener_needs.h"

namespace gatehouse::control {
namespace {

// A name that a client could call; below a wildcard any.
std::optional<ServerName> callable(const NamePattern& name) {
  if (!name.wildcard()) return name.base();
  const auto below = ServerName::parse(fmt::format("www.{}", name.base().text()));
  return below ? std::optional(*below) : std::nullopt;
}

bool is_new(const config::Settings* before, const config::Binding& binding) {
  return before == nullptr ||
         std::ranges::find(before->bindings, binding) == before->bindings.end();
}

class Collection {
 public:
  Collection(const InForce& after, const std::vector<OpenListener>& listeners, WallTime now)
      : after_(after), listeners_(listeners), now_(now) {}

  void add(const config::Site& site) {
    const ServerName name = first_name(site);
    for (const OpenListener& listener : listeners_) {
      if (listener.metrics || !answers(site.listen, listener)) continue;
      if (listener.asked.tls()) add_tls(listener, name, site.certificate.has_value());
      break;
    }
    for (const OpenListener& listener : listeners_) {
      if (listener.metrics || !answers(site.plain_listen, listener)) continue;
      add_plain(listener, name, site);
      break;
    }
  }

  void add(const config::Binding& binding) {
    for (const config::Endpoint& endpoint : binding.at) {
      const auto* named = std::get_if<config::NamedEndpoint>(&endpoint);
      if (named == nullptr) continue;
      const auto name = callable(named->name);
      const auto listener = std::ranges::find_if(listeners_, [&](const OpenListener& one) {
        return one.asked.tls() && !one.metrics && one.address.port() == named->port;
      });
      if (!name || listener == listeners_.end()) continue;
      add_tls(*listener, *name, binding.certificate.has_value());
    }
  }

  // The same, within kMostClaims.
  void add_if_room(const auto& site_or_binding) {
    if (all_.size() >= kMostClaims) {
      ++left_out_;
    } else {
      add(site_or_binding);
    }
  }

  bool empty() const { return all_.empty(); }
  Claims take() && { return {std::move(all_), left_out_}; }

 private:
  static ServerName first_name(const config::Site& site) {
    for (const NamePattern& name : site.names) {
      if (auto called = callable(name)) return *called;
    }
    return ServerName::parse("localhost").value();
  }

  static bool answers(const std::vector<ListenAddress>& addresses, const OpenListener& listener) {
    const IpEndpoint endpoint = listener.endpoint();
    return std::ranges::any_of(addresses, [&](const ListenAddress& address) {
      return answers_at(address, listener.asked, endpoint);
    });
  }

  void add_tls(const OpenListener& listener, const ServerName& name, bool must_hold_name) {
    const auto plan = after_.snapshot->listeners.find(listener.id);
    if (plan == after_.snapshot->listeners.end() || !plan->second.bindings) return;
    const certs::Bound* bound = plan->second.bindings->find(
        name.is_address() ? std::nullopt : std::optional<ServerName>(name));
    if (bound == nullptr) return;
    const check::TlsPlan dial{.address = dialled(listener.address),
                              .name = name,
                              .port = listener.address.port(),
                              .leaf = {},
                              .or_any_with_the_name = asks_store(*bound, name)};
    if (!bound->pair) return add_certificate(dial, bound->answer.credential, must_hold_name);
    const std::uint32_t now = certs::second_of(now_);
    const tls::CredentialPtr& usual = bound->pair->best({.ecdsa = true, .rsa = true}, now);
    const tls::CredentialPtr& for_rsa = bound->pair->best({.ecdsa = false, .rsa = true}, now);
    add_certificate(dial, usual, must_hold_name);
    if (for_rsa == usual) return;
    check::TlsPlan second = dial;
    second.rsa_only = true;
    add_certificate(std::move(second), for_rsa, must_hold_name);
  }

  void add_certificate(check::TlsPlan plan, const tls::CredentialPtr& credential,
                       bool must_hold_name) {
    for (const ServedIdentityPtr& served : after_.identities->all()) {
      if (served->credential != credential) continue;
      const bool must_pass = must_hold_name && !served->names.covers(plan.name);
      plan.leaf = served->identity.leaf().sha256();
      all_.push_back({std::move(plan), must_pass});
      return;
    }
  }

  // The store may have a certificate for the name.
  bool asks_store(const certs::Bound& bound, const ServerName& name) const {
    const auto& names = after_.snapshot->names;
    return bound.standard && names && !names->candidates(name, {}, 0).empty();
  }

  void add_plain(const OpenListener& listener, const ServerName& name, const config::Site& site) {
    const io::SocketAddress to = dialled(listener.address);
    const edge::PlainPolicy policy = to.is_loopback() ? site.plain.loopback : site.plain.external;
    const check::PlainRule rule = policy == edge::PlainPolicy::keep ? check::PlainRule::keep
                                  : policy == edge::PlainPolicy::redirect
                                      ? check::PlainRule::redirect
                                      : check::PlainRule::refuse;
    all_.push_back({check::PlainPlan{to, name, listener.address.port(), rule}, false});
  }

  const InForce& after_;
  const std::vector<OpenListener>& listeners_;
  WallTime now_;
  std::vector<Claim> all_;
  std::size_t left_out_ = 0;
};

// Of what is in neither a site nor a binding, such as a TLS profile.
void add_first_site(const config::Sites& sites, Collection& all) {
  for (const config::Site& site : sites) {
    if (!all.empty()) return;
    if (site.enabled) all.add(site);
  }
}

}  // namespace

io::SocketAddress dialled(const io::SocketAddress& listening) {
  const auto address = IpAddress::parse(listening.host());
  if (!address || !address->is_any()) return listening;
  return io::SocketAddress::ip("127.0.0.1", listening.port()).value();
}

Claims claims(const config::Settings* before, const InForce& after,
              const std::vector<OpenListener>& listeners, WallTime now) {
  Collection all(after, listeners, now);
  const config::Sites nothing;
  config::Sites::each_difference(before == nullptr ? nothing : before->sites,
                                 after.settings().sites,
                                 [&all](const config::Site*, const config::Site* site) {
                                   if (site != nullptr && site->enabled) all.add_if_room(*site);
                                 });
  for (const config::Binding& binding : after.settings().bindings) {
    if (is_new(before, binding)) all.add_if_room(binding);
  }
  if (all.empty()) add_first_site(after.settings().sites, all);
  return std::move(all).take();
}

Claims certificate_claims(const IdentitySet& before, const InForce& after,
                          const std::vector<OpenListener>& listeners, WallTime now) {
  Collection all(after, listeners, now);
  const auto differs = [&](const auto& choice, const NamePattern* name) {
    return before.of(choice, name) != after.identities->of(choice, name);
  };
  for (const config::Site& site : after.settings().sites) {
    const NamePattern* name = site.names.empty() ? nullptr : &site.names.front();
    if (site.enabled && differs(site.certificate, name)) all.add_if_room(site);
  }
  for (const config::Binding& binding : after.settings().bindings) {
    if (differs(binding.certificate, nullptr)) all.add_if_room(binding);
  }
  return std::move(all).take();
}

}  // namespace gatehouse::control
