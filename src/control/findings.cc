#include "control/findings.h"

#include <algorithm>

#include <fmt/format.h>

#include "control/listing.h"
#include "control/plan_words.h"

namespace gatehouse::control {
namespace {

// More of a kind are counted.
constexpr std::size_t kMostOfAKind = 5;

class Findings {
 public:
  explicit Findings(std::vector<api::Finding> all) : all_(std::move(all)) {}

  void add(const char* severity, std::string about, std::string sentence, std::string remedy) {
    api::Finding one;
    one.set_severity(severity);
    one.set_about(std::move(about));
    one.set_sentence(std::move(sentence));
    one.set_remedy(std::move(remedy));
    all_.push_back(std::move(one));
  }

  void move_to(api::Status& status) && {
    for (const std::string_view severity : {"error", "warning", "notice"}) {
      for (api::Finding& one : all_) {
        if (one.severity() == severity) *status.add_findings() = std::move(one);
      }
    }
  }

 private:
  std::vector<api::Finding> all_;
};

std::string who_renews(const ServedIdentity& served) {
  if (!served.brought) return "It is renewed by itself; if it is not, the event log says why.";
  if (served.origin == ServedIdentity::Origin::files) {
    return "Put a new pair of files in its place; it is taken over at once.";
  }
  return "Put the next one in its place: `gatehouse cert import FILE --replace NAME`, or "
         "`gatehouse "
         "cert create` with --replace where it vouches for itself.";
}

void certificates(const InForce& now, WallTime time, Findings& to) {
  for (const ServedIdentityPtr& served : now.identities->all()) {
    const crypto::Certificate& leaf = served->identity.leaf();
    const std::string_view state = state_of(leaf, time);
    const std::string remedy = who_renews(*served);
    if (state == "expired") {
      to.add("error", leaf.subject(),
             fmt::format("The certificate {} has expired.", leaf.subject()), remedy);
    } else if (state == "due" && served->brought) {
      to.add("warning", leaf.subject(),
             fmt::format("{} % of the life of the certificate {} are over.",
                         percent_of_life(leaf, time), leaf.subject()),
             remedy);
    }
  }
  for (const std::string& notice : now.identities->notices) {
    to.add("notice", "", fmt::format("{}.", notice), "");
  }
  if (const std::size_t left_out = now.identities->names_left_out; left_out > 0) {
    to.add("warning", "",
           fmt::format("{} names of sites are not in the default identity, which holds at most {} "
                       "of them: clients that call these names will warn.",
                       left_out, Identities::kMostNames),
           "Give these sites a certificate of their own: `gatehouse cert import`, then "
           "`certificate: {name: ...}`.");
  }
}

// Of one of its certificates: a name that a client may call and that it does not hold.
const NamePattern* not_held(const config::Site& site, const ServedIdentity& served) {
  const auto lacks = [&served](const NamePattern& name) {
    if (name.wildcard()) return std::ranges::find(served.names.dns, name) == served.names.dns.end();
    const auto called = ServerName::parse(name.text());
    return called && !served.names.covers(*called);
  };
  const auto found = std::ranges::find_if(site.names, lacks);
  return found == site.names.end() ? nullptr : &*found;
}

// Where no certificate is named, one of the store may answer, or the default identity, which holds
// all names that it may.
void names(const InForce& now, Findings& to) {
  std::size_t count = 0;
  for (const config::Site& site : now.settings().sites) {
    if (!config::listens_with_tls(site) || !site.certificate) continue;
    for (const ServedIdentityPtr& served : now.identities->all_of(site.certificate, nullptr)) {
      const NamePattern* name = not_held(site, *served);
      if (name == nullptr || ++count > kMostOfAKind) continue;
      to.add("warning", site.name,
             fmt::format("Site {} publishes {}, which its certificate {} does not hold: clients "
                         "that call it refuse or warn.",
                         site.name, name->text(), certificate_text(*served)),
             "Give the site a certificate with all of its names, or take the name from the site.");
    }
  }
  if (count <= kMostOfAKind) return;
  to.add("warning", "",
         fmt::format("{} more sites publish names that their certificates do not hold.",
                     count - kMostOfAKind),
         "`gatehouse check` shows what clients will do.");
}

void profiles(const config::Settings& settings, Findings& to) {
  const auto compatible = [&](const std::string& about) {
    to.add("warning", about,
           "The TLS profile \"compatible\" is in use: it lets old TLS 1.2 clients choose AES-CBC, "
           "which is weaker than what all others use.",
           "Go back to \"intermediate\" as soon as those clients are gone.");
  };
  if (settings.tls_profile == tls::Profile::compatible) compatible("tls.profile");
  for (const config::Listener& listener : settings.listeners) {
    if (listener.tls_profile == tls::Profile::compatible) compatible(listener.address.text());
  }
  for (const config::Site& site : settings.sites) {
    if (site.enabled && site.tls_profile == tls::Profile::compatible) compatible(site.name);
  }
  for (const config::Binding& binding : settings.bindings) {
    if (binding.tls_profile == tls::Profile::compatible) compatible(binding.name);
  }
}

void upstreams(const config::Settings& settings, Findings& to) {
  std::size_t count = 0;
  for (const config::Site& site : settings.sites) {
    if (!site.enabled || site.trust_boundary) continue;
    for (const UpstreamUrl& upstream : all_upstreams(site)) {
      if (!crosses_network(upstream) || ++count > kMostOfAKind) continue;
      to.add("warning", site.name,
             fmt::format("Requests of site {} cross the network to {} without TLS.", site.name,
                         upstream.text()),
             "If the way there is inside a trust boundary, say so: `trust_boundary: true`.");
    }
  }
  if (count <= kMostOfAKind) return;
  to.add(
      "warning", "",
      fmt::format("{} more ways to upstreams cross the network without TLS.", count - kMostOfAKind),
      "`gatehouse upstream list` shows them.");
}

}  // namespace

void add_findings(const InForce& now, WallTime time, const std::string& last_error,
                  std::vector<api::Finding> more, api::Status& status) {
  Findings findings(std::move(more));
  if (!last_error.empty()) {
    findings.add("error", "configuration",
                 "The configuration was read again and could not be taken over; what was served "
                 "before still is.",
                 "`gatehouse config validate` shows what is wrong.");
  }
  certificates(now, time, findings);
  names(now, findings);
  profiles(now.settings(), findings);
  upstreams(now.settings(), findings);
  std::move(findings).move_to(status);
}

std::string suggestion(const InForce& now, const api::Status& status,
                       const std::string& trust_command) {
  for (const api::Finding& finding : status.findings()) {
    if (finding.severity() == "error" && !finding.remedy().empty()) return finding.remedy();
  }
  const auto& sites = now.settings().sites;
  const bool published = std::ranges::any_of(
      sites, [](const config::Site& site) { return site.enabled && !all_upstreams(site).empty(); });
  if (!published) return "Publish an application: gatehouse add NAME http://127.0.0.1:PORT";
  if (now.identities->standard && !trust_command.empty()) {
    return fmt::format("Let this machine trust the local CA: {}", trust_command);
  }
  for (const api::Finding& finding : status.findings()) {
    if (!finding.remedy().empty()) return finding.remedy();
  }
  return "";
}

}  // namespace gatehouse::control
