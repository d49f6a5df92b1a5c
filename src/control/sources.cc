#include "control/sources.h"

#include <google/protobuf/util/message_differencer.h>
#include <set>

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

bool same_message(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

// The sites that differ, where nothing else does and no file says a word about them.
std::optional<std::set<std::string>> changed_sites(const Candidate& now,
                                                   const config::Document& next) {
  std::set<std::string> changed;
  const auto& before = now.api->message.sites();
  for (const auto& [name, site] : next.message.sites()) {
    const auto known = before.find(name);
    if (known == before.end() || !same_message(known->second, site)) changed.insert(name);
  }
  for (const auto& [name, site] : before) {
    if (!next.message.sites().contains(name)) changed.insert(name);
  }
  for (const std::string& name : changed) {
    if (now.base->message.sites().contains(name)) return std::nullopt;
  }
  api::Configuration rest_before = now.api->message;
  api::Configuration rest_next = next.message;
  rest_before.clear_sites();
  rest_next.clear_sites();
  if (!same_message(rest_before, rest_next)) return std::nullopt;
  return changed;
}

}  // namespace

config::Document Candidate::merged() const {
  config::Document all = *base;
  config::Diagnostics ignored;  // they were told when it was put together
  config::merge(all, *api, ignored);
  all.message.set_version(1);
  return all;
}

std::string Candidate::api_yaml() const {
  api::Configuration message = api->message;
  message.set_version(1);
  return config::to_yaml(message);
}

const config::Origin& Candidate::origin_of(std::string_view map, const std::string& key) const {
  const api::Configuration& mine = api->message;
  const bool by_api = map == "sites"      ? mine.sites().contains(key)
                      : map == "bindings" ? mine.bindings().contains(key)
                                          : mine.listeners().contains(key);
  return (by_api ? api : base)->origins.of(config::entry_path(map, key));
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

Candidate Sources::put_together(std::shared_ptr<const config::Document> base,
                                std::shared_ptr<const config::Document> api,
                                config::Diagnostics diagnostics) {
  Candidate made{std::move(base), std::move(api), nullptr, std::move(diagnostics)};
  config::Document merged = *made.base;
  config::merge(merged, *made.api, made.diagnostics);
  config::Settled settled = config::settle(merged);
  append(made.diagnostics, std::move(settled.diagnostics));
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
  auto shared = share(std::move(api));
  if (const auto sites = changed_sites(now, *shared)) {
    if (auto settings = config::settle_changed(*now.settings, *shared, *sites)) {
      return {now.base,
              std::move(shared),
              std::make_shared<const config::Settings>(std::move(*settings)),
              {}};
    }
  }
  return put_together(now.base, std::move(shared), {});
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
