#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"

namespace gatehouse::control {

// What the API made of a configuration. Immutable: the next state shares with this one all sites
// that it does not change, their texts included, so that one of ten thousand costs what one costs.
class ApiPart {
 public:
  ApiPart() : ApiPart(config::Document{}) {}
  explicit ApiPart(config::Document document);

  // All of it. Costs what all sites cost.
  config::Document document() const;
  // The same, but with these sites only and nothing else.
  config::Document excerpt(const std::set<std::string>& sites) const;
  // This, with these sites as they are in `changed`; what it does not have does not exist any more.
  ApiPart with(const config::Document& changed, const std::set<std::string>& sites) const;

  // Whether it says nothing at all.
  bool empty() const;
  bool has_site(const std::string& name) const;
  // All but the sites.
  const api::Configuration& rest() const { return base_->rest; }
  // Of a value of `map` ("sites") and its key.
  config::Origin origin_of(std::string_view map, const std::string& key) const;
  // As a configuration that stands for itself.
  std::string yaml() const;

 private:
  struct Entry {
    std::optional<api::Site> site;  // none: it was removed
    std::string text;
  };
  using Entries = std::map<std::string, std::shared_ptr<const Entry>>;
  struct Base {
    config::Document document;
    api::Configuration rest;
    std::vector<std::pair<std::string, std::string>> texts;  // of the sites, by name
  };
  // More changes are made one with the base: that costs what all sites cost.
  static constexpr std::size_t kMostEntries = 256;

  template <class See>
  void each_text(const See& see) const;
  std::optional<api::Site> site(const std::string& name) const;

  std::shared_ptr<const Base> base_;
  Entries changed_;  // since the base
};

}  // namespace gatehouse::control
