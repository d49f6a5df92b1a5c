#include "control/sources.h"

#include <fmt/format.h>

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

Candidate Sources::put_together(std::shared_ptr<const config::Document> base,
                                std::shared_ptr<const config::Document> api,
                                config::Diagnostics diagnostics) {
  Candidate made{std::move(base), std::move(api), nullptr, nullptr, std::move(diagnostics)};
  config::Document merged = *made.base;
  config::merge(merged, *made.api, made.diagnostics);
  config::Settled settled = config::settle(merged);
  append(made.diagnostics, std::move(settled.diagnostics));
  made.merged = share(std::move(merged));
  if (settled.settings && !config::has_errors(made.diagnostics)) {
    made.settings = std::make_shared<const config::Settings>(std::move(*settled.settings));
  }
  return made;
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
  return put_together(share(std::move(base.document)), share(std::move(api)),
                      std::move(base.diagnostics));
}

Candidate Sources::reread(const Candidate& now) const {
  config::Reading base = read_base();
  return put_together(share(std::move(base.document)), now.api, std::move(base.diagnostics));
}

Candidate Sources::with_api(const Candidate& now, config::Document api) const {
  return put_together(now.base, share(std::move(api)), {});
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
