#include "control/site_words.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gatehouse::control {
namespace {

std::string url(const ListenAddress& address, std::string_view host) {
  const bool usual = address.port() == (address.tls() ? 443 : 80);
  return fmt::format("{}://{}{}", address.tls() ? "https" : "http", host,
                     usual ? "" : fmt::format(":{}", address.port()));
}

std::vector<std::string> hosts_of(const config::Site& site, const ListenAddress& address) {
  std::vector<std::string> hosts;
  for (const NamePattern& name : site.names) {
    hosts.push_back(name.wildcard() ? name.text() : name.base().url_host());
  }
  if (!hosts.empty()) return hosts;
  if (address.scope() == ListenAddress::Scope::one_address) {
    return {address.endpoints().front().address.url_host()};
  }
  return {address.scope() == ListenAddress::Scope::localhost ? "localhost" : "*"};
}

}  // namespace

PlainWords plain_words(edge::PlainPolicy policy) {
  switch (policy) {
    case edge::PlainPolicy::keep: break;
    case edge::PlainPolicy::redirect: return {"redirected", "redirects to HTTPS"};
    case edge::PlainPolicy::refuse: return {"refused", "is refused"};
  }
  return {"kept", "is served"};
}

std::vector<std::string> site_urls(const config::Site& site) {
  std::vector<std::string> urls;
  for (const ListenAddress& address : site.listen) {
    for (const std::string& host : hosts_of(site, address)) urls.push_back(url(address, host));
  }
  return urls;
}

std::vector<std::string> upstream_texts(const std::vector<UpstreamUrl>& upstreams) {
  std::vector<std::string> texts;
  for (const UpstreamUrl& upstream : upstreams) texts.push_back(upstream.text());
  return texts;
}

std::string upstreams_text(const std::vector<UpstreamUrl>& upstreams) {
  if (upstreams.empty()) return "the welcome page";
  return fmt::format("{}", fmt::join(upstream_texts(upstreams), ", "));
}

std::string plain_text(const config::Site& site) {
  if (site.plain_listen.empty()) {
    const bool own = !std::ranges::all_of(site.listen, &ListenAddress::tls);
    return own ? "kept where the site listens" : "none";
  }
  return fmt::format("{} outside, {} on loopback", plain_words(site.plain.external).done,
                     plain_words(site.plain.loopback).done);
}

std::string place_text(const ListenAddress& address) {
  switch (address.scope()) {
    case ListenAddress::Scope::everywhere: return "all addresses";
    case ListenAddress::Scope::localhost: return "localhost";
    case ListenAddress::Scope::one_address: break;
  }
  return address.endpoints().front().address.text();
}

std::string endpoint_text(const config::Endpoint& endpoint) {
  if (const auto* ip = std::get_if<IpEndpoint>(&endpoint)) return ip->text();
  const auto& named = std::get<config::NamedEndpoint>(endpoint);
  return fmt::format("{}:{}", named.name.text(), named.port);
}

}  // namespace gatehouse::control
