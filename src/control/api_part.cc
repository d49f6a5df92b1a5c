#include "control/api_part.h"

#include <algorithm>

namespace gatehouse::control {
namespace {

constexpr std::string_view kSites = "sites";

config::Origin by_api() { return {.source = config::Origin::Source::api}; }

}  // namespace

ApiPart::ApiPart(config::Document document) {
  auto base = std::make_shared<Base>();
  base->texts.reserve(document.message.sites().size());
  for (const auto& [name, site] : document.message.sites()) {
    base->texts.emplace_back(name, config::to_yaml(name, site));
  }
  std::ranges::sort(base->texts);
  base->rest = document.message;
  base->rest.clear_sites();
  base->document = std::move(document);
  base_ = std::move(base);
}

config::Document ApiPart::document() const {
  config::Document all = base_->document;
  auto& sites = *all.message.mutable_sites();
  for (const auto& [name, entry] : changed_) {
    const std::string path = config::entry_path(kSites, name);
    all.origins.erase(path);
    sites.erase(name);
    if (!entry->site) continue;
    sites[name] = *entry->site;
    all.origins.set(path, by_api());
  }
  return all;
}

config::Document ApiPart::excerpt(const std::set<std::string>& sites) const {
  config::Document some;
  for (const std::string& name : sites) {
    auto known = site(name);
    if (!known) continue;
    (*some.message.mutable_sites())[name] = std::move(*known);
    some.origins.set(config::entry_path(kSites, name), by_api());
  }
  return some;
}

ApiPart ApiPart::with(const config::Document& changed, const std::set<std::string>& sites) const {
  ApiPart next = *this;
  for (const std::string& name : sites) {
    auto entry = std::make_shared<Entry>();
    const auto found = changed.message.sites().find(name);
    if (found != changed.message.sites().end()) {
      entry->site = found->second;
      entry->text = config::to_yaml(name, found->second);
    }
    next.changed_.insert_or_assign(name, std::move(entry));
  }
  return next.changed_.size() > kMostEntries ? ApiPart(next.document()) : next;
}

std::optional<api::Site> ApiPart::site(const std::string& name) const {
  if (const auto entry = changed_.find(name); entry != changed_.end()) return entry->second->site;
  const auto& sites = base_->document.message.sites();
  const auto found = sites.find(name);
  return found == sites.end() ? std::nullopt : std::optional(found->second);
}

// By name.
template <class See>
void ApiPart::each_text(const See& see) const {
  auto text = base_->texts.begin();
  const auto end = base_->texts.end();
  for (const auto& [name, entry] : changed_) {
    for (; text != end && text->first < name; ++text) see(text->second);
    if (text != end && text->first == name) ++text;
    if (entry->site) see(entry->text);
  }
  for (; text != end; ++text) see(text->second);
}

bool ApiPart::empty() const {
  bool sites = false;
  each_text([&sites](const std::string&) { sites = true; });
  if (sites) return false;
  api::Configuration rest = base_->rest;
  rest.clear_version();
  return rest.ByteSizeLong() == 0;
}

bool ApiPart::has_site(const std::string& name) const {
  if (const auto entry = changed_.find(name); entry != changed_.end()) {
    return entry->second->site.has_value();
  }
  return base_->document.message.sites().contains(name);
}

config::Origin ApiPart::origin_of(std::string_view map, const std::string& key) const {
  if (map == kSites && changed_.contains(key)) return by_api();
  return base_->document.origins.of(config::entry_path(map, key));
}

std::string ApiPart::yaml() const {
  api::Configuration rest = base_->rest;
  rest.set_version(1);
  std::size_t size = 0;
  each_text([&size](const std::string& text) { size += text.size(); });
  std::string sites;
  sites.reserve(size);
  each_text([&sites](const std::string& text) { sites += text; });
  return config::to_yaml(rest, sites);
}

}  // namespace gatehouse::control
