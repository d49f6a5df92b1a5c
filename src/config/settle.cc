#include <algorithm>

#include <fmt/format.h>

#include "config/copy_settings.h"
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

// Two copies that write one file would undo each other's work for ever.
void check_apart(const certs::Copy& copy, const std::vector<certs::Copy>& others,
                 const FieldPath& at, SettleReport& report) {
  for (const certs::Copy& other : others) {
    for (const certs::Copy::File& file : copy.files) {
      if (std::ranges::find(other.files, file.path, &certs::Copy::File::path) ==
          other.files.end()) {
        continue;
      }
      report.error("GH3141", at.field(certs::part_text(file.part)),
                   fmt::format("`{}` is written by the copy `{}` too. Give each its own file.",
                               file.path.string(), other.name));
    }
  }
}

void settle_copies(const api::Configuration& written, const FieldPath& root, Settings& settings,
                   SettleReport& report) {
  const FieldPath copies = root.field("copies");
  for (const auto* entry : sorted(written.copies())) {
    const FieldPath at = copies.key(entry->first);
    certs::Copy copy = settle_copy(entry->first, entry->second, at, report);
    check_apart(copy, settings.copies, at, report);
    settings.copies.push_back(std::move(copy));
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
  settle_copies(document.message, root, settings, report);
  settle_process(document.message, root, settings, report);
  settle_together(settings, root, report);
  Settled settled{.settings = {}, .diagnostics = std::move(report).finish()};
  if (!has_errors(settled.diagnostics)) settled.settings = std::move(settings);
  return settled;
}

}  // namespace gatehouse::config
