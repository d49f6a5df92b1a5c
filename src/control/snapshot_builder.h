#pragma once

#include <memory>
#include <string>
#include <vector>

#include "control/identities.h"
#include "control/listener_tables.h"
#include "control/listeners.h"
#include "control/site_cache.h"
#include "control/trust_content.h"
#include "edge/worker/snapshot.h"

namespace gatehouse::control {

// Makes what the workers serve of a configuration. What did not change is shared with what was
// built before, so that one site that changed costs what one site costs.
class SnapshotBuilder {
 public:
  struct Facts {
    tls::TicketSeed tickets;
    std::size_t workers = 1;
    std::size_t most_connections = SIZE_MAX;  // unless the configuration says so; of all workers
    std::string trust_command;                // for the welcome page
    std::shared_ptr<TrustState> trust = std::make_shared<TrustState>();
    SiteCache::PageOf trust_page_of = {};  // of CAs that administrators made
  };
  SnapshotBuilder(MetricLabels& labels, Facts facts)
      : labels_(labels), facts_(std::move(facts)), sites_(labels, policies_) {
    sites_.ask_for_pages(facts_.trust_page_of);
  }

  struct Input {
    std::uint64_t revision = 0;
    std::shared_ptr<const config::Settings> settings;
    IdentitySetPtr identities;
    const std::vector<OpenListener>& listeners;
    std::shared_ptr<const certs::NameIndex> names = nullptr;  // of the store
    std::weak_ptr<AccessLog> access_log = {};
  };
  std::shared_ptr<const edge::Snapshot> build(const Input& input);
  // `next`, but with the listeners of `before` that it does not have. They serve what `next` serves
  // at such an address, or what they did where it serves nothing there; so nobody is turned away
  // before it is sure that `next` stays. `input` is what `next` was built of.
  std::shared_ptr<const edge::Snapshot> bridge(const std::shared_ptr<const edge::Snapshot>& next,
                                               const edge::Snapshot& before,
                                               const std::vector<OpenListener>& leaving,
                                               const Input& input);

 private:
  // What was built last, whether it came into force or not.
  struct Built {
    struct Listener {
      ListenAddress asked;
      ListenerTables::Tables tables;
    };
    std::shared_ptr<const config::Settings> settings;
    IdentitySetPtr identities;
    std::map<edge::ListenerId, Listener> listeners;

    // Whether nothing but sites is otherwise.
    bool differs_in_sites_only(const Input& next) const;
  };
  class Tables;

  std::map<edge::ListenerId, edge::ListenerPlan> plans(const Input& input);
  edge::ListenerPlan metrics_plan(const OpenListener& listener) const;
  std::shared_ptr<const edge::OwnRoute> trust_page(const IdentitySet& identities);

  MetricLabels& labels_;
  Facts facts_;
  certs::PolicyNumbers policies_;
  SiteCache sites_;
  std::optional<crypto::Certificate> anchor_;         // that was seen last
  std::shared_ptr<const edge::OwnRoute> trust_page_;  // of it
  Built last_;
};

// The certificate that people see first: that of a site with `*`, else the default identity, else
// any. nullptr: there is none.
ServedIdentityPtr shown_identity(const config::Settings& settings, const IdentitySet& identities);

}  // namespace gatehouse::control
