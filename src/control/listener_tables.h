#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "certs/binding/binding_table.h"
#include "control/identities.h"
#include "control/listeners.h"
#include "control/site_cache.h"

namespace gatehouse::control {

// Who answers at one address, most general first: what stands later decides.
struct Answering {
  struct Plain {
    const config::Site* site;
    SiteCache::Plain how;
  };

  std::vector<const config::Site*> sites;  // with TLS
  std::vector<Plain> plain;                // without
  const config::Listener* settings = nullptr;

  tls::Profile profile(const config::Settings& all, const config::Site* site) const;
  // Of `*`; nullptr when there is none.
  const config::Site* any_name() const;
  // The one that has http://localhost, whatever else is published: whoever lists the name, else
  // `*`, else the first in the order of names that keeps plain HTTP on loopback. nullptr: nobody.
  const config::Site* localhost() const;
};
Answering answering_at(const config::Settings& settings, const OpenListener& listener);

// Where the names of all sites lead.
using SitesByName = std::unordered_map<std::string, const config::Site*>;
SitesByName sites_by_name(const config::Settings& settings);

// Builds the tables of single listeners.
class ListenerTables {
 public:
  ListenerTables(const config::Settings& settings, const IdentitySet& identities, SiteCache& sites)
      : settings_(settings), identities_(identities), sites_(sites) {}

  struct Tables {
    std::shared_ptr<certs::BindingTable> bindings;  // nullptr: no TLS
    std::shared_ptr<edge::RouteTable> routes;
  };
  Tables of(const OpenListener& listener, const Answering& answering);

 private:
  void add_sites(const Answering& answering, Tables& to);
  void add_default(const Answering& answering, Tables& to);
  void add_hosts(const Answering& answering, Tables& to);
  void add_bindings(const OpenListener& listener, const Answering& answering, Tables& to);
  void add_named(const config::Binding& binding, const NamePattern& name,
                 const Answering& answering, Tables& to);
  void take_over(const config::Binding& binding, const Answering& answering, Tables& to);
  void add_plain(const Answering& answering, Tables& to);
  tls::Answer answer(const ServedIdentityPtr& served, tls::Profile profile) const;
  const config::Site* site_of(const config::Binding& binding, const NamePattern* name);

  const config::Settings& settings_;
  const IdentitySet& identities_;
  SiteCache& sites_;
  SitesByName by_name_;  // made when it is first needed
};

}  // namespace gatehouse::control
