#include "config/settle_changed.h"

#include <algorithm>

#include "config/settle_report.h"
#include "config/settle_together.h"
#include "config/site_settings.h"

namespace gatehouse::config {
namespace {

auto place_of(std::vector<Site>& sites, const std::string& name) {
  return std::ranges::lower_bound(sites, name, {}, &Site::name);
}

void remove(std::vector<Site>& sites, const std::string& name) {
  const auto found = place_of(sites, name);
  if (found != sites.end() && found->name == name) sites.erase(found);
}

}  // namespace

std::optional<Settings> settle_changed(const Settings& before, const Document& written,
                                       const std::set<std::string>& sites) {
  SettleReport report(written);
  const FieldPath root;
  const FieldPath all = root.field("sites");
  Settings settings = before;
  for (const std::string& name : sites) {
    remove(settings.sites, name);
    const auto found = written.message.sites().find(name);
    if (found == written.message.sites().end()) continue;
    const FieldPath at = all.key(name);
    Site site = settle_site(name, found->second, at, report);
    settings.sites.insert(place_of(settings.sites, name), std::move(site));
  }
  settle_together(settings, root, report);
  if (!std::move(report).finish().empty()) return std::nullopt;
  return settings;
}

}  // namespace gatehouse::config
