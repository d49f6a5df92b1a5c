#include "config/plain_listeners.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::config {
namespace {

using edge::PlainPolicy;
using Scope = ListenAddress::Scope;
using Addresses = std::vector<ListenAddress>;

ListenAddress plain_at(std::string_view host, std::uint16_t port) {
  return ListenAddress::parse(fmt::format("http://{}:{}", host, port)).value();
}

void add_once(Addresses& to, const ListenAddress& address) {
  if (std::ranges::find(to, address) == to.end()) to.push_back(address);
}

bool is_loopback(const ListenAddress& address) {
  if (address.scope() == Scope::localhost) return true;
  return address.scope() == Scope::one_address && address.endpoints().front().address.is_loopback();
}

Addresses announced(const Site& site, const Addresses& written) {
  if (!written.empty()) return written;
  const bool https = std::ranges::any_of(
      site.listen, [](const ListenAddress& at) { return at.tls() && at.port() == 443; });
  return https ? Addresses{plain_at("", 80)} : Addresses{};
}

bool answers_outside(const Site& site) {
  if (site.plain.external != PlainPolicy::refuse) return true;
  return std::ranges::any_of(site.routes, [](const Route& route) {
    return route.external && *route.external != PlainPolicy::refuse;
  });
}

bool covers_localhost(const Addresses& addresses, std::uint16_t port) {
  return std::ranges::any_of(addresses, [port](const ListenAddress& at) {
    return at.port() == port && at.scope() != Scope::one_address;
  });
}

// Every address of the machine is reached over loopback too; one address of a network is not.
Addresses without_outside(const Addresses& addresses) {
  Addresses inside;
  for (const ListenAddress& at : addresses) {
    const bool kept = is_loopback(at);
    add_once(inside, kept ? at : plain_at("localhost", at.port()));
  }
  return inside;
}

}  // namespace

std::vector<ListenAddress> plain_listeners(const Site& site,
                                           const std::vector<ListenAddress>& written) {
  Addresses addresses = announced(site, written);
  if (!answers_outside(site)) {
    if (site.plain.loopback == PlainPolicy::refuse) return {};
    addresses = without_outside(addresses);
  }
  if (site.plain.loopback != PlainPolicy::keep) return addresses;
  Addresses all = addresses;
  for (const ListenAddress& at : addresses) {
    if (!covers_localhost(all, at.port())) add_once(all, plain_at("localhost", at.port()));
  }
  // 127.0.0.1 and ::1 are in localhost.
  std::erase_if(all, [&all](const ListenAddress& at) {
    return at.scope() == Scope::one_address && is_loopback(at) &&
           std::ranges::find(all, plain_at("localhost", at.port())) != all.end();
  });
  return all;
}

}  // namespace gatehouse::config
