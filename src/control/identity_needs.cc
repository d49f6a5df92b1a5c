#include "control/identity_needs.h"

#include <algorithm>

#include "certs/issuer/permitted_names.h"
#include "control/listener_needs.h"

namespace gatehouse::control {
namespace {

// Somebody who brings a certificate takes every name and no name at this address.
bool has_own_default(const config::Settings& settings, const ListenAddress& address) {
  const auto answers = [&address](const config::Site* site) {
    return site->certificate && std::ranges::find(site->listen, address) != site->listen.end();
  };
  return std::ranges::any_of(settings.sites.blocks(), [&](const config::SiteBlockPtr& block) {
    return std::ranges::any_of(block->any_name(), answers);
  });
}

bool is_address_of(const config::Binding& binding, const ListenAddress& address) {
  return std::ranges::any_of(binding.at, [&](const config::Endpoint& endpoint) {
    const auto* ip = std::get_if<IpEndpoint>(&endpoint);
    return ip != nullptr && address.scope() == ListenAddress::Scope::one_address &&
           address.endpoints().front() == *ip;
  });
}

bool answers_all(const config::Settings& settings, const ListenAddress& address) {
  return has_own_default(settings, address) ||
         std::ranges::any_of(settings.bindings, [&](const config::Binding& binding) {
           return binding.certificate && is_address_of(binding, address);
         });
}

void add_once(std::vector<NamePattern>& names, const NamePattern& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

bool full(const StandardNames& names) { return names.names.size() >= Identities::kMostNames; }

void add_published(const NamePattern& name, StandardNames& to) {
  if (!full(to)) return add_once(to.names, name);
  ++to.left_out;
}

void add_published(const config::SiteBlock& block, StandardNames& to) {
  if (full(to)) {
    to.left_out += block.names_without_certificate();
    return;
  }
  for (const config::SitePtr& site : block.sites()) {
    if (!config::shows_default_identity(*site)) continue;
    for (const NamePattern& name : site->names) add_published(name, to);
  }
}

void each_choice(const config::Settings& settings, const auto& see) {
  for (const config::SiteBlockPtr& block : settings.sites.blocks()) {
    std::ranges::for_each(block->certificates(), see);
  }
  for (const config::Binding& binding : settings.bindings) {
    if (binding.certificate) see(*binding.certificate);
  }
}

void each_certificate(const config::Settings& settings, const auto& see) {
  each_choice(settings, [&see](const config::CertificateChoice& choice) {
    see(choice.first);
    if (choice.second) see(*choice.second);
  });
}

}  // namespace

std::set<IdentitySet::Paths> needed_files(const config::Settings& settings) {
  std::set<IdentitySet::Paths> all;
  each_certificate(settings, [&all](const config::SingleCertificate& one) {
    if (const auto* files = std::get_if<config::CertificateFiles>(&one)) {
      all.emplace(files->certificate, files->key);
    }
  });
  return all;
}

std::vector<certs::Selector> needed_selectors(const config::Settings& settings) {
  std::vector<certs::Selector> all;
  std::set<std::string> known;
  each_certificate(settings, [&](const config::SingleCertificate& one) {
    const auto* selector = std::get_if<certs::Selector>(&one);
    if (selector != nullptr && known.insert(selector->text()).second) all.push_back(*selector);
  });
  return all;
}

std::vector<config::CertificateChoice> needed_pairs(const config::Settings& settings) {
  std::vector<config::CertificateChoice> all;
  each_choice(settings, [&all](const config::CertificateChoice& choice) {
    if (choice.second && std::ranges::find(all, choice) == all.end()) all.push_back(choice);
  });
  return all;
}

bool needs_standard(const config::Settings& settings) {
  const auto lacks = [](const auto& block) { return block->lacks_certificate(); };
  if (std::ranges::any_of(settings.sites.blocks(), lacks)) return true;
  if (std::ranges::any_of(settings.bindings,
                          [](const config::Binding& one) { return !one.certificate; })) {
    return true;
  }
  const std::vector<ListenerNeed> needs = listener_needs(settings);
  if (needs.empty()) return true;  // an identity is there before the first site is
  return std::ranges::any_of(needs, [&](const ListenerNeed& need) {
    return need.address.tls() && !answers_all(settings, need.address);
  });
}

Result<crypto::NameConstraints> permitted_names(const config::Settings& settings) {
  if (settings.permit.empty()) return crypto::NameConstraints{};
  return certs::parse_permitted(settings.permit);
}

StandardNames standard_names(const config::Settings& settings) {
  StandardNames wanted;
  for (const ServerName& host : settings.hosts) {
    add_once(wanted.names, NamePattern::parse(host.text()).value());
  }
  for (const config::SiteBlockPtr& block : settings.sites.blocks()) add_published(*block, wanted);
  for (const config::Binding& binding : settings.bindings) {
    if (binding.certificate) continue;
    for (const config::Endpoint& endpoint : binding.at) {
      if (const auto* named = std::get_if<config::NamedEndpoint>(&endpoint)) {
        add_published(named->name, wanted);
      }
    }
  }
  return wanted;
}

}  // namespace gatehouse::control
