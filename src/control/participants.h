#pragma once

#include <optional>
#include <span>
#include <vector>

#include "config/settings.h"
#include "control/listeners.h"
#include "control/site_cache.h"

namespace gatehouse::control {

// The sites that answer at one address. Nothing is asked of sites that are not looked for, so that
// a question about one name costs the same for one site and for ten thousand.
class Participants {
 public:
  using Scope = ListenAddress::Scope;
  struct One {
    const config::Site* site;
    SiteCache::Plain how;  // where the address speaks plain HTTP
    Scope scope;           // of the site's address that makes it answer here
    friend bool operator==(const One&, const One&) = default;
  };

  // Borrows the settings.
  Participants(const config::Settings& settings, const OpenListener& listener);

  // Most general address first, then by key: what stands later decides.
  std::vector<One> all() const;
  // The same of those that publish the name.
  std::vector<One> that_publish(const NamePattern& name) const;
  bool nobody() const { return !least_scope_; }

  // The one with `*` that decides.
  std::optional<One> any_name() const;
  // The one that has http://localhost, whatever else is published: whoever lists the name, else
  // `*`, else the first in order that keeps plain HTTP on loopback.
  std::optional<One> localhost() const;

  // What `listeners` says of the address; nullptr: nothing.
  const config::Listener* settings() const { return listener_; }
  // `site` may be nullptr. Where the address speaks plain HTTP: that of all.
  tls::Profile profile(const config::Site* site) const;

 private:
  template <class Some>
  std::vector<One> in_order(const Some& sites) const;
  std::optional<One> participant(const config::Site& site) const;
  std::optional<One> first_that_keeps_loopback() const;
  const ListenAddress* reason(const std::vector<ListenAddress>& addresses) const;
  std::optional<Scope> find_least_scope() const;
  const config::Listener* find_settings() const;

  const config::Settings& all_settings_;
  ListenAddress asked_;
  IpEndpoint endpoint_;
  const config::Listener* listener_;
  std::optional<Scope> least_scope_;  // none: no site answers here
};

}  // namespace gatehouse::control
