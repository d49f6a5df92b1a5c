#include <algorithm>

#include "config/listener_settings.h"
#include "config/settings.h"
#include "config/settle_process.h"
#include "config/settle_report.h"
#include "config/settle_together.h"
#include "config/site_settings.h"

namespace gatehouse::config {
namespace {

template <class Entries>
auto sorted(const Entries& entries) {
  std::vector<const typename Entries::value_type*> order;
  order.reserve(entries.size());
  for (const auto& entry : entries) order.push_back(&entry);
  std::ranges::sort(order, {}, [](const auto* entry) { return std::string_view(entry->first); });
  return order;
}

void settle_sites(const api::Configuration& written, const FieldPath& root, Settings& settings,
                  SettleReport& report) {
  const FieldPath sites = root.field("sites");
  std::vector<Site> all;
  all.reserve(written.sites().size());
  for (const auto* entry : sorted(written.sites())) {
    const FieldPath at = sites.key(entry->first);
    all.push_back(settle_site(entry->first, entry->second, at, report));
  }
  settings.sites = Sites(std::move(all));
}

void settle_bindings(const api::Configuration& written, const FieldPath& root, Settings& settings,
                     SettleReport& report) {
  const FieldPath bindings = root.field("bindings");
  for (const auto* entry : sorted(written.bindings())) {
    const FieldPath at = bindings.key(entry->first);
    settings.bindings.push_back(settle_binding(entry->first, entry->second, at, report));
  }
}

void settle_listeners(const api::Configuration& written, const FieldPath& root, Settings& settings,
                      SettleReport& report) {
  const FieldPath listeners = root.field("listeners");
  for (const auto* entry : sorted(written.listeners())) {
    const FieldPath at = listeners.key(entry->first);
    auto listener = settle_listener(entry->first, entry->second, at, report);
    if (listener) settings.listeners.push_back(std::move(*listener));
  }
}

}  // namespace

Settled settle(const Document& document) {
  SettleReport report(document);
  const FieldPath root;
  Settings settings;
  settle_sites(document.message, root, settings, report);
  settle_bindings(document.message, root, settings, report);
  settle_listeners(document.message, root, settings, report);
  settle_process(document.message, root, settings, report);
  settle_together(settings, root, report);
  Settled settled{.settings = {}, .diagnostics = std::move(report).finish()};
  if (!has_errors(settled.diagnostics)) settled.settings = std::move(settings);
  return settled;
}

}  // namespace gatehouse::config
