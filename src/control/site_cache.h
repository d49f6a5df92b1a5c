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
  // `trust_page` answers on those that the local CA certifies; nullptr: there is no local CA.
  void begin(std::shared_ptr<const config::Settings> next, ChosenPort chosen_port,
             std::shared_ptr<const edge::OwnRoute> trust_page = nullptr);

  // Which of its two ways without TLS a site goes: by its policy for plain HTTP, or, where a plain
  // listener is one of its own addresses, as if it were TLS.
  enum class Plain : unsigned char { by_policy, always_kept };
  // Whose certificate answers where the site is served.
  enum class Certified : unsigned char { otherwise, by_local_ca };
  using SitePtr = std::shared_ptr<const edge::Site>;
  // `site` is part of the settings given to begin().
  SitePtr of(const config::Site& site, tls::Profile profile, Plain plain, Certified certified);
  // The number by which connections and sites are told apart that may not serve each other.
  std::uint32_t policy(tls::Profile profile) const { return policies_.number(profile); }

 private:
  static constexpr std::size_t kProfiles = 3;
  using Variants = std::array<SitePtr, kProfiles * 2 * 2>;

  SitePtr make(const config::Site& site, tls::Profile profile, Plain plain,
               Certified certified) const;
  edge::PlainHttp plain_http(const config::Site& site) const;
  edge::Decision decision(const std::vector<UpstreamUrl>& urls) const;

  MetricLabels& labels_;
  certs::PolicyNumbers& policies_;
  std::shared_ptr<const config::Settings> settings_;
  ChosenPort chosen_port_;
  std::shared_ptr<const edge::OwnRoute> trust_page_;
  std::unordered_map<std::string, Variants> made_;  // by the keys of the sites
};

}  // namespace gatehouse::control
