#include "control/plan_words.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/participants.h"
#include "control/site_words.h"

namespace gatehouse::control {
namespace {

// More is no plan that anybody reads.
constexpr std::size_t kMostOfAKind = 20;

using Words = std::vector<std::string>;

// Sentences of one kind; says how many there are beyond the first.
class Some {
 public:
  Some(Words& to, std::string_view what) : to_(to), what_(what) {}
  ~Some() {
    if (count_ > kMostOfAKind) {
      to_.push_back(fmt::format("{} more {}", count_ - kMostOfAKind, what_));
    }
  }
  Some(const Some&) = delete;
  Some& operator=(const Some&) = delete;
  // Whether the next one is to be told.
  bool next() { return ++count_ <= kMostOfAKind; }

 private:
  Words& to_;
  std::string_view what_;
  std::size_t count_ = 0;
};

std::string listener_words(const ListenerNeed& need, std::string_view verb) {
  const ListenAddress& address = need.address;
  const std::string port = address.port() == 0 ? "a port that the kernel chooses"
                                               : fmt::format("port {}", address.port());
  const std::string_view what = need.metrics    ? " for metrics"
                                : address.tls() ? ""
                                                : " for plain HTTP";
  return fmt::format("{} {} on {}{}", port, verb, place_text(address), what);
}

void listeners(const config::Settings& before, const config::Settings& after, Words& words) {
  const std::vector<ListenerNeed> then = listener_needs(before);
  const std::vector<ListenerNeed> now = listener_needs(after);
  const auto missing_in = [](const std::vector<ListenerNeed>& all, const ListenerNeed& need) {
    return std::ranges::find(all, need) == all.end();
  };
  Some opening(words, "listeners open");
  for (const ListenerNeed& need : now) {
    if (missing_in(then, need) && opening.next()) words.push_back(listener_words(need, "opens"));
  }
  Some closing(words, "listeners close");
  for (const ListenerNeed& need : then) {
    if (missing_in(now, need) && closing.next()) words.push_back(listener_words(need, "closes"));
  }
}

bool outside(const ListenAddress& address) {
  if (address.scope() == ListenAddress::Scope::everywhere) return true;
  return address.scope() == ListenAddress::Scope::one_address &&
         !address.endpoints().front().address.is_loopback();
}

void plain_http(const config::Site& site, Words& words) {
  for (const ListenAddress& address : site.plain_listen) {
    if (outside(address)) {
      words.push_back(fmt::format("plain HTTP for {} on port {} {}", site.name, address.port(),
                                  plain_words(site.plain.external).happens));
    }
    if (address.scope() == ListenAddress::Scope::one_address) continue;
    const bool kept = site.plain.loopback == edge::PlainPolicy::keep;
    words.push_back(fmt::format("http://localhost:{} {}", address.port(),
                                kept ? "stays" : plain_words(site.plain.loopback).happens));
  }
}

std::string which_answers(const ServedIdentity& served) {
  const std::string text = certificate_text(served);
  if (served.second) return fmt::format("certificates {} answer", text);
  return fmt::format("certificate {} answers", text);
}

std::string which_answers(const std::optional<config::CertificateChoice>& choice) {
  if (!choice) return "the default identity answers";
  return fmt::format("{} {}", text(*choice), choice->second ? "answer" : "answers");
}

void certificate(const config::Site& site, const IdentitySet* identities, Words& words) {
  if (!std::ranges::any_of(site.listen, &ListenAddress::tls)) return;
  const NamePattern* name = site.names.empty() ? nullptr : &site.names.front();
  const ServedIdentityPtr served = identities ? identities->of(site.certificate, name) : nullptr;
  const std::string which = served ? which_answers(*served) : which_answers(site.certificate);
  words.push_back(fmt::format("{} for {}", which, site.name));
}

void appears(const config::Site& site, const IdentitySet* identities, Words& words) {
  if (!site.enabled) {
    words.push_back(fmt::format("site {} is there, but not enabled", site.name));
    return;
  }
  words.push_back(fmt::format("site {} appears: {} -> {}", site.name,
                              fmt::join(site_urls(site), ", "), upstreams_text(site.upstreams)));
  certificate(site, identities, words);
  plain_http(site, words);
}

std::string_view or_none(const std::string& text) {
  return text.empty() ? std::string_view("none") : std::string_view(text);
}

std::string profile_text(const std::optional<tls::Profile>& profile) {
  return std::string(profile ? tls::text(*profile) : "that of the listener");
}

void changes(const config::Site& before, const config::Site& after, const IdentitySet* identities,
             Words& words) {
  const auto say = [&](std::string_view what, const std::string& then, const std::string& now) {
    words.push_back(fmt::format("site {}: {} {} instead of {}", after.name, what, now, then));
  };
  if (before.enabled != after.enabled) {
    words.push_back(
        fmt::format("site {} is {}", after.name, after.enabled ? "enabled" : "disabled"));
  }
  if (site_urls(before) != site_urls(after)) {
    say("answers at", fmt::format("{}", fmt::join(site_urls(before), ", ")),
        fmt::format("{}", fmt::join(site_urls(after), ", ")));
  }
  if (before.upstreams != after.upstreams) {
    say("leads to", upstreams_text(before.upstreams), upstreams_text(after.upstreams));
  }
  if (before.routes != after.routes) {
    say("has", fmt::format("{} routes", before.routes.size()),
        fmt::format("{} routes", after.routes.size()));
  }
  if (before.tls_profile != after.tls_profile) {
    say("has the TLS profile", profile_text(before.tls_profile), profile_text(after.tls_profile));
  }
  if (before.owner != after.owner) {
    say("has the owner", std::string(or_none(before.owner)), std::string(or_none(after.owner)));
  }
  if (before.certificate != after.certificate) certificate(after, identities, words);
  if (before.plain != after.plain || before.plain_listen != after.plain_listen) {
    plain_http(after, words);
  }
  if (before.trust_boundary != after.trust_boundary) {
    words.push_back(fmt::format("site {}: the way to its upstreams is {} a trust boundary",
                                after.name, after.trust_boundary ? "inside" : "outside"));
  }
}

// Both lists are in the order of their names.
template <class Thing, class Appears, class Changes, class Disappears>
void compare(const std::vector<Thing>& before, const std::vector<Thing>& after, Appears appear,
             Changes change, Disappears disappear) {
  auto then = before.begin();
  for (const Thing& now : after) {
    for (; then != before.end() && then->name < now.name; ++then) disappear(*then);
    if (then == before.end() || now.name < then->name) {
      appear(now);
    } else {
      if (*then != now) change(*then, now);
      ++then;
    }
  }
  for (; then != before.end(); ++then) disappear(*then);
}

void sites(const config::Settings& before, const config::Settings& after,
           const IdentitySet* identities, Words& words) {
  Some coming(words, "sites appear");
  Some changing(words, "sites change");
  Some going(words, "sites disappear");
  config::Sites::each_difference(
      before.sites, after.sites, [&](const config::Site* then, const config::Site* now) {
        if (now == nullptr) {
          if (going.next()) words.push_back(fmt::format("site {} disappears", then->name));
        } else if (then == nullptr) {
          if (coming.next()) appears(*now, identities, words);
        } else if (changing.next()) {
          changes(*then, *now, identities, words);
        }
      });
}

std::string binding_words(const config::Binding& binding) {
  std::vector<std::string> at;
  for (const config::Endpoint& endpoint : binding.at) at.push_back(endpoint_text(endpoint));
  return fmt::format("{} at {}", which_answers(binding.certificate), fmt::join(at, ", "));
}

// Where http://localhost leads, by port.
std::map<std::uint16_t, std::string> localhost_sites(const config::Settings& settings) {
  std::map<std::uint16_t, std::string> found;
  for (const ListenerNeed& need : listener_needs(settings)) {
    const ListenAddress& address = need.address;
    if (need.metrics || address.tls() || address.port() == 0) continue;
    const OpenListener here{
        0,  address, address, io::SocketAddress::ip("127.0.0.1", address.port()).value(),
        "", false,   0};
    const auto localhost = Participants(settings, here).localhost();
    if (localhost) found.emplace(address.port(), localhost->site->name);
  }
  return found;
}

void localhost(const config::Settings& before, const config::Settings& after, Words& words) {
  const auto now = localhost_sites(after);
  for (const auto& [port, site] : localhost_sites(before)) {
    const auto next = now.find(port);
    if (next == now.end() || next->second == site) continue;
    words.push_back(
        fmt::format("http://localhost:{} leads to site {} instead of {}; who is to keep "
                    "it lists the name localhost",
                    port, next->second, site));
  }
}

void bindings(const config::Settings& before, const config::Settings& after, Words& words) {
  Some told(words, "bindings change");
  const auto say = [&](const config::Binding& binding, std::string_view verb) {
    if (!told.next()) return;
    words.push_back(fmt::format("binding {} {}: {}", binding.name, verb, binding_words(binding)));
  };
  compare(
      before.bindings, after.bindings, [&](const config::Binding& one) { say(one, "appears"); },
      [&](const config::Binding&, const config::Binding& now) { say(now, "changes"); },
      [&](const config::Binding& one) {
        if (told.next()) words.push_back(fmt::format("binding {} disappears", one.name));
      });
}

void listener_settings(const config::Settings& before, const config::Settings& after,
                       Words& words) {
  const auto text = [](const config::Listener& listener) {
    return fmt::format("listener {}: unknown names {}, no name {}, TLS profile {}",
                       listener.address.text(),
                       listener.refuse_unknown_names ? "are refused" : "get the default identity",
                       listener.refuse_no_name ? "is refused" : "gets the default identity",
                       listener.tls_profile ? tls::text(*listener.tls_profile) : "of all");
  };
  for (const config::Listener& listener : after.listeners) {
    const bool known = std::ranges::find(before.listeners, listener) != before.listeners.end();
    if (!known) words.push_back(text(listener));
  }
  for (const config::Listener& listener : before.listeners) {
    const bool stays = std::ranges::any_of(after.listeners, [&](const config::Listener& one) {
      return one.address == listener.address;
    });
    if (!stays) {
      words.push_back(
          fmt::format("listener {} has no settings of its own any more", listener.address.text()));
    }
  }
}

std::string access_log_words(const AccessLogTarget& target) {
  switch (target.kind) {
    case AccessLogTarget::Kind::off: return "requests are not logged any more";
    case AccessLogTarget::Kind::standard_output: return "requests are logged to standard output";
    case AccessLogTarget::Kind::journal: return "requests are logged to the journal";
    case AccessLogTarget::Kind::file: break;
  }
  return fmt::format("requests are logged to {}", target.path);
}

void rest(const config::Settings& before, const config::Settings& after, Words& words) {
  if (before.tls_profile != after.tls_profile) {
    words.push_back(fmt::format("TLS profile {} instead of {}", tls::text(after.tls_profile),
                                tls::text(before.tls_profile)));
  }
  if (before.hosts != after.hosts) words.push_back("the default identity gets other names");
  if (before.timeouts != after.timeouts) words.push_back("timeouts change");
  if (before.limits != after.limits) words.push_back("limits change");
  if (before.trusted_proxies != after.trusted_proxies) words.push_back("trusted proxies change");
  if (before.administrators != after.administrators || before.readers != after.readers) {
    words.push_back("the accounts that may administer or look change");
  }
  if (before.access_log != after.access_log) {
    words.push_back(access_log_words(after.access_log));
  }
  if (before.workers != after.workers) {
    words.push_back("the number of workers changes at the next start");
  }
  if (before.permit != after.permit) {
    words.push_back("what the local CA may certify counts before the first start only");
  }
}

}  // namespace

std::string certificate_text(const ServedIdentity& served) {
  const std::string& name = served.subject;
  const std::vector<std::string> names = served.names.texts();
  const std::string text = fmt::format(
      "{} ({})", name.empty() && !names.empty() ? names.front() : name, served.origin_text);
  if (!served.second) return text;
  return fmt::format("{} and {}", text, certificate_text(*served.second));
}

std::vector<std::string> plan_words(const config::Settings& before, const config::Settings& after,
                                    const IdentitySet* identities) {
  Words words;
  listeners(before, after, words);
  sites(before, after, identities, words);
  localhost(before, after, words);
  bindings(before, after, words);
  listener_settings(before, after, words);
  rest(before, after, words);
  return words;
}

std::vector<std::string> certificate_words(const config::Settings& settings,
                                           const IdentitySet& before, const IdentitySet& after) {
  Words words;
  Some changing(words, "sites and bindings get another certificate");
  const auto compare = [&](const auto& choice, const NamePattern* name, const std::string& whose) {
    const ServedIdentityPtr then = before.of(choice, name);
    const ServedIdentityPtr now = after.of(choice, name);
    if (then == now || !now || !changing.next()) return;
    words.push_back(
        fmt::format("{} for {}{}", which_answers(*now), whose,
                    then ? fmt::format(" instead of {}", certificate_text(*then)) : ""));
  };
  for (const config::Site& site : settings.sites) {
    if (!site.enabled) continue;
    compare(site.certificate, site.names.empty() ? nullptr : &site.names.front(), site.name);
  }
  for (const config::Binding& binding : settings.bindings) {
    compare(binding.certificate, nullptr, fmt::format("binding {}", binding.name));
  }
  return words;
}

}  // namespace gatehouse::control
