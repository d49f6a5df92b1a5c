#include "control/participants.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gatehouse::control {
namespace {

bool keeps_loopback(const Participants::One& one) {
  return one.how == SiteCache::Plain::always_kept ||
         one.site->plain.loopback == edge::PlainPolicy::keep;
}

}  // namespace

Participants::Participants(const config::Settings& settings, const OpenListener& listener)
    : all_settings_(settings),
      asked_(listener.asked),
      endpoint_(listener.endpoint()),
      listener_(asked_.tls() ? find_settings() : nullptr),
      least_scope_(find_least_scope()) {
  static_assert(Scope::everywhere < Scope::localhost && Scope::localhost < Scope::one_address);
}

template <class Some>
std::vector<Participants::One> Participants::in_order(const Some& sites) const {
  std::vector<One> found;
  for (const config::Site* site : sites) {
    if (auto one = participant(*site)) found.push_back(*one);
  }
  // They come by key; almost always for one reason.
  if (!std::ranges::is_sorted(found, {}, &One::scope)) {
    std::ranges::sort(found, {}, [](const One& one) {
      return std::pair(one.scope, std::string_view(one.site->name));
    });
  }
  return found;
}

std::vector<Participants::One> Participants::all() const {
  std::vector<const config::Site*> every;
  every.reserve(all_settings_.sites.size());
  for (const config::Site& site : all_settings_.sites) every.push_back(&site);
  return in_order(every);
}

std::vector<Participants::One> Participants::that_publish(const NamePattern& name) const {
  return in_order(all_settings_.sites.that_publish(name));
}

std::optional<Participants::One> Participants::any_name() const {
  std::vector<const config::Site*> every;
  for (const config::SiteBlockPtr& block : all_settings_.sites.blocks()) {
    every.insert(every.end(), block->any_name().begin(), block->any_name().end());
  }
  const std::vector<One> found = in_order(every);
  return found.empty() ? std::nullopt : std::optional(found.back());
}

std::optional<Participants::One> Participants::localhost() const {
  const auto listing = that_publish(NamePattern::parse("localhost").value());
  if (!listing.empty()) return listing.front();
  if (auto any = any_name()) return any;
  return first_that_keeps_loopback();
}

std::optional<Participants::One> Participants::first_that_keeps_loopback() const {
  std::optional<One> found;
  for (const config::SiteBlockPtr& block : all_settings_.sites.blocks()) {
    if (!block->may_keep_loopback()) continue;
    for (const config::SitePtr& site : block->sites()) {
      const auto one = participant(*site);
      if (!one || !keeps_loopback(*one)) continue;
      if (!found || one->scope < found->scope) found = one;
      if (found->scope == least_scope_) return found;
    }
  }
  return found;
}

tls::Profile Participants::profile(const config::Site* site) const {
  if (!asked_.tls()) return all_settings_.tls_profile;
  if (site != nullptr && site->tls_profile) return *site->tls_profile;
  if (listener_ != nullptr && listener_->tls_profile) return *listener_->tls_profile;
  return all_settings_.tls_profile;
}

std::optional<Participants::One> Participants::participant(const config::Site& site) const {
  if (!site.enabled) return std::nullopt;
  if (const ListenAddress* why = reason(site.listen)) {
    const auto how = why->tls() ? SiteCache::Plain::by_policy : SiteCache::Plain::always_kept;
    return One{&site, how, why->scope()};
  }
  const ListenAddress* plain = reason(site.plain_listen);
  if (plain == nullptr) return std::nullopt;
  return One{&site, SiteCache::Plain::by_policy, plain->scope()};
}

// The address of a site that makes it answer here; the most special one.
const ListenAddress* Participants::reason(const std::vector<ListenAddress>& addresses) const {
  const ListenAddress* found = nullptr;
  for (const ListenAddress& address : addresses) {
    if (!answers_at(address, asked_, endpoint_)) continue;
    if (found == nullptr || address.scope() > found->scope()) found = &address;
  }
  return found;
}

std::optional<Participants::Scope> Participants::find_least_scope() const {
  std::optional<Scope> least;
  for (const config::SiteBlockPtr& block : all_settings_.sites.blocks()) {
    for (const auto& [address, number] : block->asked()) {
      if (!answers_at(address, asked_, endpoint_)) continue;
      if (!least || address.scope() < *least) least = address.scope();
    }
  }
  return least;
}

const config::Listener* Participants::find_settings() const {
  const config::Listener* found = nullptr;
  for (const config::Listener& one : all_settings_.listeners) {
    if (!answers_at(one.address, asked_, endpoint_)) continue;
    if (found == nullptr || one.address.scope() > found->address.scope()) found = &one;
  }
  return found;
}

}  // namespace gatehouse::control
