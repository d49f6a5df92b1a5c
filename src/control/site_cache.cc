#include "control/site_cache.h"

#include <algorithm>

namespace gatehouse::control {

void SiteCache::begin(std::shared_ptr<const config::Settings> next, ChosenPort chosen_port,
                      std::shared_ptr<const edge::OwnRoute> trust_page) {
  chosen_port_ = std::move(chosen_port);
  const bool same_page = trust_page == trust_page_;
  trust_page_ = std::move(trust_page);
  if (!settings_ || !same_page || settings_->timeouts != next->timeouts) {
    made_.clear();
  } else {
    config::Sites::each_difference(settings_->sites, next->sites,
                                   [this](const config::Site* before, const config::Site* after) {
                                     made_.erase(before != nullptr ? before->name : after->name);
                                   });
  }
  settings_ = std::move(next);
}

std::shared_ptr<const edge::OwnRoute> SiteCache::trust_page_of(
    const ServedIdentityPtr& identity) const {
  if (!identity) return nullptr;
  if (identity->origin == ServedIdentity::Origin::local_ca) return trust_page_;
  return page_of_ ? page_of_(*identity) : nullptr;
}

SiteCache::SitePtr SiteCache::of(const config::Site& site, tls::Profile profile, Plain plain,
                                 const std::shared_ptr<const edge::OwnRoute>& own) {
  Variants& variants = made_[site.name];
  const std::size_t way = (plain == Plain::always_kept ? 1U : 0U) + (own ? 2U : 0U);
  Variant& variant = variants[static_cast<std::size_t>(profile) * 4 + way];
  if (!variant.site || variant.own != own) variant = {make(site, profile, plain, own), own};
  return variant.site;
}

SiteCache::SitePtr SiteCache::make(const config::Site& site, tls::Profile profile, Plain plain,
                                   std::shared_ptr<const edge::OwnRoute> own) const {
  auto made = std::make_shared<edge::Site>(site.name, policy(profile));
  made->label = labels_.number(site.name);
  const bool kept = plain == Plain::always_kept;
  if (!kept) made->set_plain_http(plain_http(site));
  made->add_route("/", decision(site.upstreams));
  for (const config::Route& route : site.routes) {
    made->add_route(route.path, decision(route.upstreams), kept ? std::nullopt : route.external);
  }
  if (own) made->set_own(std::move(own));
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
