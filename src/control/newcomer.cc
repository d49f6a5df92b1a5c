#include "control/newcomer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/time_text.h"
#include "control/candidate_words.h"
#include "control/claims.h"

namespace gatehouse::control {
namespace {

// Exact names before those that a wildcard has below it: they are what clients call.
std::vector<ServerName> called_names(const crypto::Certificate& leaf) {
  std::vector<ServerName> exact;
  std::vector<ServerName> examples;
  for (const NamePattern& name : leaf.names().dns) {
    if (!name.wildcard()) {
      exact.push_back(name.base());
    } else if (auto below = ServerName::parse(fmt::format("www.{}", name.base().text()))) {
      examples.push_back(std::move(*below));
    }
  }
  exact.insert(exact.end(), examples.begin(), examples.end());
  return exact;
}

struct Place {
  const OpenListener* listener;
  ServerName name;
  bool asks_store;  // else a certificate is bound to the name

  std::string url() const {
    const std::uint16_t port = listener->address.port();
    return port == 443 ? fmt::format("https://{}", name.text())
                       : fmt::format("https://{}:{}", name.text(), port);
  }
};

// Where a site has one of the names: first where the store is asked.
std::optional<Place> place_of(const InForce& now, const std::vector<OpenListener>& listeners,
                              const std::vector<ServerName>& names) {
  std::optional<Place> bound;
  for (const ServerName& name : names) {
    for (const OpenListener& listener : listeners) {
      const auto plan = now.snapshot->listeners.find(listener.id);
      const bool tls = plan != now.snapshot->listeners.end() && plan->second.bindings;
      if (!tls || listener.metrics || plan->second.routes->find(name.text()) == nullptr) continue;
      const certs::Bound* found = plan->second.bindings->find(name);
      if (found == nullptr) continue;
      if (found->standard) return Place{&listener, name, true};
      if (!bound) bound = Place{&listener, name, false};
    }
  }
  return bound;
}

Newcomer told(std::string sentence) { return {std::nullopt, std::move(sentence)}; }

Newcomer beside_another(const Place& place, const certs::NameCandidate& mine,
                        const certs::NameCandidate& best, std::uint32_t second) {
  if (!mine.valid_at(second)) {
    const WallTime from{std::chrono::seconds{mine.from}};
    return told(
        fmt::format("{} is answered by another certificate until this one is valid, from "
                    "{} on",
                    place.url(), timestamp_text(from)));
  }
  return told(fmt::format("{} is answered by another certificate, {}: this one {}", place.url(),
                          candidate_text(best), why_behind(mine, best)));
}

bool answers_rsa(const Place& place, const certs::NameIndex& names,
                 const certs::NameCandidate& mine, std::uint32_t second) {
  const auto all = names.candidates(place.name, {.ecdsa = false, .rsa = true}, second);
  return !all.empty() && all.front() == mine && mine.valid_at(second);
}

Newcomer at(const Place& place, const certs::NameIndex& names, const certs::Record& record,
            WallTime time) {
  const std::uint32_t second = certs::second_of(time);
  const auto all = names.candidates(place.name, {}, second);
  const auto mine = std::ranges::find_if(all, [&](const certs::NameCandidate& one) {
    return one.id == record.id && one.tag == certs::tag_of(record.sha256);
  });
  if (mine == all.end()) {
    return told(
        fmt::format("{} is not answered with an {} certificate of the store unless a "
                    "binding names it: browsers do not take it",
                    place.url(), record.key_type));
  }
  check::TlsPlan plan{.address = dialled(place.listener->address),
                      .name = place.name,
                      .port = place.listener->address.port(),
                      .leaf = record.sha256};
  if (mine == all.begin() && mine->valid_at(second)) {
    return {Claim{plan, false}, fmt::format("{} answers with this certificate", place.url())};
  }
  if (!answers_rsa(place, names, *mine, second)) {
    return beside_another(place, *mine, all.front(), second);
  }
  plan.rsa_only = true;
  return {Claim{plan, false},
          fmt::format("{} answers clients that can verify nothing but RSA with this certificate",
                      place.url())};
}

}  // namespace

std::optional<Newcomer> newcomer(const InForce& now, const std::vector<OpenListener>& listeners,
                                 const certs::Record& record, WallTime time) {
  const bool for_servers = record.shelf == certs::Shelf::identities && record.server &&
                           record.owner == certs::Owner::machine();
  if (!for_servers || !now.snapshot->names) return std::nullopt;
  const std::vector<ServerName> names = called_names(record.leaf());
  if (names.empty()) return std::nullopt;
  const auto place = place_of(now, listeners, names);
  if (!place) {
    return told(
        fmt::format("no site has {} yet, so nobody is answered with this certificate: "
                    "gatehouse add {} UPSTREAM publishes it",
                    names.front().text(), names.front().text()));
  }
  if (!place->asks_store) {
    return told(
        fmt::format("{} has a certificate bound to it, and keeps answering with that: see "
                    "gatehouse binding explain {}",
                    place->url(), place->name.text()));
  }
  return at(*place, *now.snapshot->names, record, time);
}

}  // namespace gatehouse::control
