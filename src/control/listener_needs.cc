#include "control/listener_needs.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::control {
namespace {

class Needs {
 public:
  void add(const ListenAddress& address, bool metrics = false, unsigned number = 0) {
    ListenerNeed need{address, metrics, number};
    if (std::ranges::find(all_, need) == all_.end()) all_.push_back(std::move(need));
  }
  bool has_tls_port(std::uint16_t port) const {
    return std::ranges::any_of(all_, [&](const ListenerNeed& need) {
      return need.address.tls() && need.address.port() == port;
    });
  }
  std::vector<ListenerNeed> take() && { return std::move(all_); }

 private:
  std::vector<ListenerNeed> all_;
};

void add_endpoint(const config::Endpoint& endpoint, Needs& needs) {
  if (const auto* ip = std::get_if<IpEndpoint>(&endpoint)) {
    return needs.add(ListenAddress::parse(ip->text()).value());
  }
  const std::uint16_t port = std::get<config::NamedEndpoint>(endpoint).port;
  if (!needs.has_tls_port(port)) needs.add(ListenAddress::parse(fmt::format(":{}", port)).value());
}

}  // namespace

std::vector<ListenerNeed> listener_needs(const config::Settings& settings) {
  Needs needs;
  for (const config::SiteBlockPtr& block : settings.sites.blocks()) {
    for (const auto& [address, number] : block->asked()) needs.add(address, false, number);
  }
  for (const config::Binding& binding : settings.bindings) {
    for (const config::Endpoint& endpoint : binding.at) add_endpoint(endpoint, needs);
  }
  for (const config::Listener& listener : settings.listeners) needs.add(listener.address);
  if (settings.metrics) needs.add(*settings.metrics, true);
  return std::move(needs).take();
}

bool answers_at(const ListenAddress& wanted, const ListenAddress& opened,
                const IpEndpoint& endpoint) {
  if (wanted.tls() != opened.tls()) return false;
  if (wanted.port() == 0 || opened.port() == 0) return wanted == opened;
  if (wanted.port() != endpoint.port) return false;
  switch (wanted.scope()) {
    case ListenAddress::Scope::everywhere: return true;
    case ListenAddress::Scope::localhost:
      return endpoint.address.text() == "127.0.0.1" || endpoint.address.text() == "::1";
    case ListenAddress::Scope::one_address:
      return wanted.endpoints().front().address == endpoint.address;
  }
  return false;
}

}  // namespace gatehouse::control
