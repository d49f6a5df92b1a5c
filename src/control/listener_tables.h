#pragma once

#include <memory>
#include <vector>

#include "certs/binding/binding_table.h"
#include "control/identities.h"
#include "control/participants.h"

namespace gatehouse::control {

// Builds the tables of single listeners.
class ListenerTables {
 public:
  ListenerTables(const config::Settings& settings, const IdentitySet& identities, SiteCache& sites)
      : settings_(settings), identities_(identities), sites_(sites) {}

  struct Tables {
    std::shared_ptr<const certs::BindingTable> bindings;  // nullptr: no TLS
    std::shared_ptr<const edge::RouteTable> routes;
  };
  Tables of(const OpenListener& listener, const Participants& participants);

  // What of() would give, but made of `before` and sharing most with it: the tables of this
  // listener when the sites that have or had one of the names were others, and all else was the
  // same. Not where a binding takes the whole listener.
  Tables again(const OpenListener& listener, const Participants& participants, const Tables& before,
               std::vector<NamePattern> names);
  bool is_taken_over(const OpenListener& listener) const;

 private:
  struct Draft {
    std::shared_ptr<certs::BindingTable> bindings;
    std::shared_ptr<edge::RouteTable> routes;
  };

  void add_defaults(const Participants& participants, Draft& to);
  void add_localhost(const Participants& participants, Draft& to);
  void add_name(const Participants& participants, const Participants::One& one,
                const NamePattern& name, Draft& to);
  void add_rest(const OpenListener& listener, const Participants& participants, Draft& to);
  void add_hosts(const Participants& participants, Draft& to);
  void add_named(const config::Binding& binding, const NamePattern& name,
                 const Participants& participants, Draft& to);
  void take_over(const config::Binding& binding, const Participants& participants, Draft& to);
  void add_dependent(const OpenListener& listener, std::vector<NamePattern>& names) const;
  tls::Answer answer(const ServedIdentityPtr& served, tls::Profile profile) const;
  certs::Bound bound(const std::optional<config::CertificateChoice>& wanted,
                     const ServedIdentityPtr& served, tls::Profile profile) const;
  SiteCache::SitePtr served(const Participants& participants, const Participants::One& one,
                            const ServedIdentityPtr& identity);
  const config::Site* site_of(const config::Binding& binding, const NamePattern* name) const;
  const config::Site* site_with(const NamePattern& name) const;

  const config::Settings& settings_;
  const IdentitySet& identities_;
  SiteCache& sites_;
};

}  // namespace gatehouse::control
