#include "config/socket_holders.h"

#include <fmt/format.h>

namespace gatehouse::config {
namespace {

std::string_view text(Speaks speaks) {
  switch (speaks) {
    case Speaks::tls: return "TLS";
    case Speaks::plain: return "plain HTTP";
    case Speaks::metrics: break;
  }
  return "the metrics";
}

}  // namespace

std::string socket_key(const IpEndpoint& endpoint) {
  return endpoint.address.is_any() ? fmt::format("*:{}", endpoint.port) : endpoint.text();
}

void SocketHolders::hold(const ListenAddress& address, Speaks speaks, const FieldPath& at) {
  for (const IpEndpoint& endpoint : address.endpoints()) hold(endpoint, speaks, at);
}

void SocketHolders::hold(const IpEndpoint& endpoint, Speaks speaks, const FieldPath& at) {
  if (endpoint.port == 0) return;
  if (speaks == Speaks::tls) tls_ports_.insert(endpoint.port);
  std::string key = socket_key(endpoint);
  const auto found = holders_.find(key);
  if (found != holders_.end()) return refuse(key, found->second, speaks, at);
  holders_.emplace(std::move(key), Holder{speaks, at.subject(), report_.where(at)});
}

void SocketHolders::refuse(const std::string& key, const Holder& first, Speaks speaks,
                           const FieldPath& at) {
  if (first.speaks == speaks) return;
  const bool redirect = first.speaks == Speaks::plain || speaks == Speaks::plain;
  const std::string_view shown = std::string_view(key).substr(key.starts_with('*') ? 1 : 0);
  report_.error(
      "GH3302", at,
      fmt::format("{} is to serve {} here, and {} for {}{}. One address and port serves "
                  "one of them: choose another port or address{}.",
                  shown, text(speaks), text(first.speaks), first.who, first.where,
                  redirect ? ", or end plain HTTP of a site by `http: {off: true}`" : ""));
}

}  // namespace gatehouse::config
