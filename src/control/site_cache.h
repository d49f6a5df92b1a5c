#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/metrics.h"
#include "certs/binding/policy_numbers.h"
#include "config/settings.h"
#include "control/identities.h"
#include "edge/route/route_table.h"

namespace gatehouse::control {

// What the edge serves of each published site, made once and shared by all snapshots until the site
// itself changes.
class SiteCache {
 public:
  SiteCache(MetricLabels& labels, certs::PolicyNumbers& policies)
      : labels_(labels), policies_(policies) {}

  // The port that the kernel chose for an address with port 0; 0 where nobody listens.
  using ChosenPort = std::function<std::uint16_t(const ListenAddress& address)>;

  // From now on sites of `next` are asked for; those that it changes are forgotten.
  // `trust_page` answers on those that the machine's own CA certifies; nullptr: there is none.
  void begin(std::shared_ptr<const config::Settings> next, ChosenPort chosen_port,
             std::shared_ptr<const edge::OwnRoute> trust_page = nullptr);
  // The page of a certificate that a CA of an administrator has issued; nullptr: none has.
  using PageOf = std::function<std::shared_ptr<const edge::OwnRoute>(const ServedIdentity&)>;
  void ask_for_pages(PageOf page_of) { page_of_ = std::move(page_of); }
  // The page for where this certificate answers; `identity` may be nullptr.
  std::shared_ptr<const edge::OwnRoute> trust_page_of(const ServedIdentityPtr& identity) const;

  // Which of its two ways without TLS a site goes: by its policy for plain HTTP, or, where a plain
  // listener is one of its own addresses, as if it were TLS.
  enum class Plain : unsigned char { by_policy, always_kept };
  using SitePtr = std::shared_ptr<const edge::Site>;
  // `site` is part of the settings given to begin().
  // `own`: the trust page of the local CA whose certificate answers where the site is served;
  // nullptr: another certificate does.
  SitePtr of(const config::Site& site, tls::Profile profile, Plain plain,
             const std::shared_ptr<const edge::OwnRoute>& own);
  // The number by which connections and sites are told apart that may not serve each other.
  std::uint32_t policy(tls::Profile profile) const { return policies_.number(profile); }

 private:
  static constexpr std::size_t kProfiles = 3;
  struct Variant {
    SitePtr site;
    std::shared_ptr<const edge::OwnRoute> own;
  };
  using Variants = std::array<Variant, kProfiles * 2 * 2>;

  SitePtr make(const config::Site& site, tls::Profile profile, Plain plain,
               std::shared_ptr<const edge::OwnRoute> own) const;
  edge::PlainHttp plain_http(const config::Site& site) const;
  edge::Decision decision(const std::vector<UpstreamUrl>& urls) const;

  MetricLabels& labels_;
  certs::PolicyNumbers& policies_;
  std::shared_ptr<const config::Settings> settings_;
  ChosenPort chosen_port_;
  std::shared_ptr<const edge::OwnRoute> trust_page_;
  PageOf page_of_;
  std::unordered_map<std::string, Variants> made_;  // by the keys of the sites
};

}  // namespace gatehouse::control
