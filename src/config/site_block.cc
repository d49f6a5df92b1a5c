#include "config/site_block.h"

#include <algorithm>

namespace gatehouse::config {
namespace {

template <class Value>
void add_once(std::vector<Value>& all, Value value) {
  if (std::ranges::find(all, value) == all.end()) all.push_back(std::move(value));
}

}  // namespace

SiteBlock::SiteBlock(std::vector<SitePtr> sites) : sites_(std::move(sites)) {
  for (const SitePtr& site : sites_) {
    if (site->enabled) add(*site);
  }
}

void SiteBlock::add(const Site& site) {
  for (auto here = site.listen.begin(); here != site.listen.end(); ++here) {
    const auto before = here->port() == 0 ? std::count(site.listen.begin(), here, *here) : 0;
    add_once(asked_, {*here, static_cast<unsigned>(before)});
  }
  for (const ListenAddress& address : site.plain_listen) add_once(asked_, {address, 0});
  if (site.certificate) add_once(certificates_, *site.certificate);
  if (!site.certificate) lacks_certificate_ = true;
  if (site.any_name) any_name_.push_back(&site);
  may_keep_loopback_ |= site.plain.loopback == edge::PlainPolicy::keep ||
                        !std::ranges::all_of(site.listen, &ListenAddress::tls);
  if (shows_default_identity(site)) names_without_certificate_ += site.names.size();
}

bool listens_with_tls(const Site& site) {
  return site.enabled && std::ranges::any_of(site.listen, &ListenAddress::tls);
}

bool shows_default_identity(const Site& site) {
  return !site.certificate && listens_with_tls(site);
}

}  // namespace gatehouse::config
