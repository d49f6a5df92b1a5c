#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "config/settings.h"
#include "config/settle_report.h"

namespace gatehouse::config {

// Which site has which name on which listener; one site has it. Borrows the sites.
class PublishedNames {
 public:
  // `at` is the path of all sites.
  PublishedNames(const Sites& sites, const FieldPath& at, SettleReport& report)
      : sites_(sites), at_(at), report_(report) {}

  // Reports names that another site has there. Sites come in the order of their keys.
  void publish(const Site& site, const ListenAddress& address);

 private:
  // Numbers for texts, so that pairs of them are cheap keys.
  using Numbers = std::unordered_map<std::string, std::uint32_t>;
  static std::uint32_t number(Numbers& numbers, std::string text);
  void publish_name(const Site& site, const std::string& name, std::uint32_t listener,
                    const ListenAddress& address);
  void publish_any(const Site& site, std::uint32_t listener, const ListenAddress& address);
  void said_twice(std::string_view code, const Site& site, const Site& first,
                  const std::string& what, const ListenAddress& address);

  const Sites& sites_;
  const FieldPath& at_;
  SettleReport& report_;
  Numbers listeners_;
  Numbers names_;
  std::unordered_map<std::uint64_t, const Site*> published_;
  std::unordered_map<std::uint32_t, const Site*> any_;
  std::set<std::tuple<const Site*, const Site*, std::string>> told_;
};

}  // namespace gatehouse::config
