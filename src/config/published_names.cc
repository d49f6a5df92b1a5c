#include "config/published_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/socket_holders.h"

namespace gatehouse::config {

std::uint32_t PublishedNames::number(Numbers& numbers, std::string text) {
  const auto next = static_cast<std::uint32_t>(numbers.size());
  return numbers.try_emplace(std::move(text), next).first->second;
}

void PublishedNames::publish(const Site& site, const ListenAddress& address) {
  // Almost every name is published by one site.
  std::vector<std::string> contested;
  for (const NamePattern& name : site.names) {
    if (sites_.that_publish(name).size() > 1) contested.push_back(name.text());
  }
  if (contested.empty() && !site.any_name) return;
  for (const IpEndpoint& endpoint : address.endpoints()) {
    const std::uint32_t listener = number(listeners_, socket_key(endpoint));
    for (const std::string& name : contested) publish_name(site, name, listener, address);
    if (site.any_name) publish_any(site, listener, address);
  }
}

void PublishedNames::publish_name(const Site& site, const std::string& name, std::uint32_t listener,
                                  const ListenAddress& address) {
  const std::uint32_t of_name = number(names_, name);
  const std::uint64_t key = (std::uint64_t{listener} << 32) | of_name;
  const Site* first = published_.try_emplace(key, &site).first->second;
  if (first != &site) said_twice("GH3303", site, *first, fmt::format("`{}`", name), address);
}

void PublishedNames::publish_any(const Site& site, std::uint32_t listener,
                                 const ListenAddress& address) {
  const Site* first = any_.try_emplace(listener, &site).first->second;
  if (first != &site) said_twice("GH3304", site, *first, "every other name (`*`)", address);
}

// Once for two sites and a name, on however many listeners.
void PublishedNames::said_twice(std::string_view code, const Site& site, const Site& first,
                                const std::string& what, const ListenAddress& address) {
  if (!told_.insert({&first, &site, what}).second) return;
  const FieldPath at = at_.key(site.name);
  const FieldPath other = at_.key(first.name);
  report_.error(code, at.field("names"),
                fmt::format("{} is published at {} by this site and by site `{}`{}. Only one can "
                            "answer: take the name from one of them, or let one listen elsewhere.",
                            what, address.text(), first.name, report_.where(other)));
}

}  // namespace gatehouse::config
