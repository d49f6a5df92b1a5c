#include "config/settle_changed.h"

#include "config/settle_report.h"
#include "config/settle_together.h"
#include "config/site_settings.h"

namespace gatehouse::config {

std::optional<Settled> settle_changed(const Settings& before, const Document& written,
                                      const std::set<std::string>& sites) {
  SettleReport report(written);
  const FieldPath root;
  const FieldPath all = root.field("sites");
  std::vector<Sites::Change> changes;
  for (const std::string& name : sites) {
    Sites::Change& change = changes.emplace_back(name, nullptr);
    const auto found = written.message.sites().find(name);
    if (found == written.message.sites().end()) continue;
    const FieldPath at = all.key(name);
    change.site = std::make_shared<const Site>(settle_site(name, found->second, at, report));
  }
  Settings settings = before;
  settings.sites = before.sites.with(std::move(changes));
  settle_boundaries(settings, sites, root, report);
  Diagnostics diagnostics = std::move(report).finish();
  if (has_errors(diagnostics)) return std::nullopt;
  SettleReport others(written);
  settle_changed_together(settings, sites, root, others);
  if (!std::move(others).finish().empty()) return std::nullopt;
  return Settled{.settings = std::move(settings), .diagnostics = std::move(diagnostics)};
}

}  // namespace gatehouse::config
