#include "control/site_cache.h"

#include <algorithm>

namespace gatehouse::control {

void SiteCache::begin(std::shared_ptr<const config::Settings> next, ChosenPort chosen_port) {
  chosen_port_ = std::move(chosen_port);
  if (!settings_ || settings_->timeouts != next->timeouts) {
    made_.clear();
  } else {
    config::Sites::each_difference(settings_->sites, next->sites,
                                   [this](const config::Site* before, const config::Site* after) {
                                     made_.erase(before != nullptr ? before->name : after->name);
                                   });
  }
  settings_ = std::move(next);
}

SiteCache::SitePtr SiteCache::of(const config::Site& site, tls::Profile profile, Plain plain) {
  Variants& variants = made_[site.name];
  SitePtr& variant =
      variants[static_cast<std::size_t>(profile) * 2 + (plain == Plain::always_kept ? 1 : 0)];
  if (!variant) variant = make(site, profile, plain);
  return variant;
}

SiteCache::SitePtr SiteCache::make(const config::Site& site, tls::Profile profile,
                                   Plain plain) const {
  auto made = std::make_shared<edge::Site>(site.name, policy(profile));
  made->label = labels_.number(site.name);
  const bool kept = plain == Plain::always_kept;
  if (!kept) made->set_plain_http(plain_http(site));
  made->add_route("/", decision(site.upstreams));
  for (const config::Route& route : site.routes) {
    made->add_route(route.path, decision(route.upstreams), kept ? std::nullopt : route.external);
  }
  return made;
}

edge::PlainHttp SiteCache::plain_http(const config::Site& site) const {
  edge::PlainHttp plain = site.plain;
  if (plain.https_port != 0) return plain;
  const auto tls = std::ranges::find_if(site.listen, &ListenAddress::tls);
  if (tls != site.listen.end()) plain.https_port = chosen_port_(*tls);
  return plain;
}

edge::Decision SiteCache::decision(const std::vector<UpstreamUrl>& urls) const {
  if (urls.empty()) return edge::BuiltIn::welcome;
  auto set = std::make_shared<edge::UpstreamSet>();
  for (const UpstreamUrl& url : urls) {
    set->members.push_back({url, labels_.number(url.address())});
  }
  set->timeouts.connect = settings_->timeouts.connect;
  set->timeouts.response = settings_->timeouts.response;
  return edge::Forward{std::move(set)};
}

}  // namespace gatehouse::control
