#include "control/sources.h"

#include <fmt/format.h>

#include "config/settle_changed.h"

namespace gatehouse::control {
namespace {

constexpr std::string_view kApiName = "the API's part";

std::shared_ptr<const config::Document> share(config::Document document) {
  return std::make_shared<const config::Document>(std::move(document));
}

void append(config::Diagnostics& to, config::Diagnostics more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

config::Document Candidate::merged() const {
  config::Document all = *base;
  config::Diagnostics ignored;  // they were told when it was put together
  config::merge(all, api.document(), ignored);
  all.message.set_version(1);
  return all;
}

config::Origin Candidate::origin_of(std::string_view map, const std::string& key) const {
  const bool by_api = map == "sites"      ? api.has_site(key)
                      : map == "bindings" ? api.rest().bindings().contains(key)
                                          : api.rest().listeners().contains(key);
  return by_api ? api.origin_of(map, key) : base->origins.of(config::entry_path(map, key));
}

config::Reading Sources::read_api_text(std::string_view yaml) {
  config::ReadOptions options;
  options.environment = [](const std::string&) { return std::optional<std::string>{}; };
  options.may_read_files = false;
  return config::read_text(yaml, kApiName, config::Origin::Source::api, options);
}

config::Reading Sources::read_base() const {
  config::Reading reading;
  if (places_.file) reading = config::read_files(*places_.file, places_.reading);
  config::merge(reading.document, flags_, reading.diagnostics);
  return reading;
}

Candidate Sources::put_together(std::shared_ptr<const config::Document> base, ApiPart api,
                                config::Diagnostics diagnostics, const config::Settings* before) {
  Candidate made{std::move(base), std::move(api), nullptr, std::move(diagnostics)};
  config::Settled settled = settle(made);
  append(made.diagnostics, std::move(settled.diagnostics));
  if (settled.settings && !config::has_errors(made.diagnostics)) {
    config::Sites& sites = settled.settings->sites;
    if (before != nullptr) sites = before->sites.with_equal_to(sites);
    made.settings = std::make_shared<const config::Settings>(std::move(*settled.settings));
  }
  return made;
}

// A merged document of many sites is not made where there is nothing to merge.
config::Settled Sources::settle(Candidate& candidate) {
  if (candidate.api.empty()) return config::settle(*candidate.base);
  config::Document merged = *candidate.base;
  config::merge(merged, candidate.api.document(), candidate.diagnostics);
  return config::settle(merged);
}

Result<Candidate> Sources::read() {
  auto kept = store_.current();
  if (!kept) return pass_on(kept);
  config::Reading base = read_base();
  config::Document api;
  if (*kept) {
    revision_ = (*kept)->revision.number;
    config::Reading reading = read_api_text((*kept)->yaml);
    append(base.diagnostics, std::move(reading.diagnostics));
    api = std::move(reading.document);
  }
  return put_together(share(std::move(base.document)), ApiPart(std::move(api)),
                      std::move(base.diagnostics), nullptr);
}

Candidate Sources::reread(const Candidate& now) const {
  config::Reading base = read_base();
  return put_together(share(std::move(base.document)), now.api, std::move(base.diagnostics),
                      now.settings.get());
}

Candidate Sources::with_api(const Candidate& now, config::Document api) {
  return put_together(now.base, ApiPart(std::move(api)), {}, now.settings.get());
}

Candidate Sources::with_sites(const Candidate& now, const config::Document& changed,
                              const std::set<std::string>& sites) {
  ApiPart api = now.api.with(changed, sites);
  auto settled = config::settle_changed(*now.settings, changed, sites);
  if (!settled) return put_together(now.base, std::move(api), {}, now.settings.get());
  return {now.base, std::move(api),
          std::make_shared<const config::Settings>(std::move(*settled->settings)),
          std::move(settled->diagnostics)};
}

Result<config::Document> Sources::api_of(std::uint64_t revision) const {
  auto kept = store_.at(revision);
  if (!kept) return pass_on(kept);
  config::Reading reading = read_api_text(kept->yaml);
  if (!config::has_errors(reading.diagnostics)) return std::move(reading.document);
  return fail(Fault::machine,
              fmt::format("Revision {} cannot be read any more: {}", revision,
                          reading.diagnostics.front().message),
              ErrorKind::invalid);
}

config::Diagnostics Sources::validate(std::string_view yaml) const {
  config::Reading reading = read_api_text(yaml);
  if (!config::has_errors(reading.diagnostics)) {
    append(reading.diagnostics, config::settle(reading.document).diagnostics);
  }
  return std::move(reading.diagnostics);
}

}  // namespace gatehouse::control
