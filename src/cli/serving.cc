#include "cli/serving.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/server_name.h"
#include "base/shell_word.h"
#include "base/time_text.h"

namespace gatehouse::cli {
namespace {

// The host names of the certificate, beside localhost: how others reach this machine.
std::vector<std::string> host_names(const Serving& serving) {
  std::vector<std::string> hosts;
  if (!serving.certificate) return hosts;
  for (const std::string& name : serving.certificate->names) {
    const auto parsed = ServerName::parse(name);  // not a wildcard
    if (parsed && !parsed->is_address() && name != "localhost") hosts.push_back(name);
  }
  return hosts;
}

std::string with_host(const Serving::Address& address, std::string_view host) {
  const auto port = address.address.rfind(':');
  return fmt::format("{}://{}{}", address.tls ? "https" : "http", host,
                     address.address.substr(port));
}

std::vector<std::string> urls_of(const Serving& serving) {
  std::vector<std::string> urls;
  for (const Serving::Address& address : serving.addresses) {
    if (!address.everywhere) {
      // localhost is one name of two addresses.
      if (std::ranges::find(urls, address.url) == urls.end()) urls.push_back(address.url);
      continue;
    }
    urls.push_back(with_host(address, "localhost"));
    for (const std::string& host : host_names(serving)) urls.push_back(with_host(address, host));
  }
  return urls;
}

std::string behind_text(const Serving& serving) {
  if (!serving.upstreams.empty()) return fmt::format("{}", fmt::join(serving.upstreams, ", "));
  return serving.sites.empty() ? "a welcome page" : "the sites";
}

std::string addresses_text(const Serving& serving) {
  const std::vector<std::string> urls = urls_of(serving);
  std::size_t width = 0;
  for (const std::string& url : urls) width = std::max(width, url.size());
  const std::string behind = behind_text(serving);
  std::string out;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    out += i == 0 ? fmt::format("  {:{}}  ->  {}\n", urls[i], width, behind)
                  : fmt::format("  {}\n", urls[i]);
  }
  return out;
}

std::string certificate_text(const Serving& serving) {
  if (!serving.certificate) return "  certificate  none: only plain HTTP is served\n";
  const Serving::Certificate& certificate = *serving.certificate;
  return fmt::format("  certificate  {}\n               made by \"{}\", valid until {}\n",
                     fmt::join(certificate.names, ", "), certificate.issuer,
                     date_text(certificate.not_after));
}

std::string trust_text(const Serving& serving) {
  if (serving.anchor.empty() || !serving.certificate) return {};
  const auto first = std::ranges::find(serving.addresses, true, &Serving::Address::tls);
  if (first == serving.addresses.end()) return {};
  const std::string url = first->everywhere ? with_host(*first, "localhost") : first->url;
  return fmt::format(
      "  trust it     {}\n"
      "               for your browsers; with sudo before it for all programs of this machine\n"
      "               or for one command: curl --cacert {} {}\n",
      serving.trust_command, shell_word(serving.anchor), url);
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    append_json_string(out, text);
  }
  return out += ']';
}

std::string json_or_null(const std::string& text) {
  return text.empty() ? "null" : json_string(text);
}

std::string addresses_json(const Serving& serving) {
  std::string out = "[";
  for (const Serving::Address& address : serving.addresses) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"url":{},"address":{},"tls":{}}})", json_string(address.url),
                       json_string(address.address), address.tls);
  }
  return out += ']';
}

std::string certificate_json(const Serving& serving) {
  if (!serving.certificate) return "null";
  const Serving::Certificate& certificate = *serving.certificate;
  return fmt::format(R"({{"names":{},"issuer":{},"not_after":"{}","sha256":{}}})",
                     json_list(certificate.names), json_string(certificate.issuer),
                     timestamp_text(certificate.not_after), json_string(certificate.sha256));
}

}  // namespace

std::string trust_command(std::string_view program, const std::filesystem::path& state) {
  return fmt::format("{} trust install --state {}", shell_word(program),
                     shell_word(std::filesystem::absolute(state).string()));
}

std::string render_serving(const Serving& serving) {
  std::string out = fmt::format("gatehouse {} serves\n", serving.version);
  out += addresses_text(serving);
  for (const std::string& site : serving.sites) out += fmt::format("  site         {}\n", site);
  for (const std::string& route : serving.routes) out += fmt::format("  route        {}\n", route);
  out += certificate_text(serving);
  out += trust_text(serving);
  if (serving.metrics) out += fmt::format("  metrics      http://{}/metrics\n", *serving.metrics);
  return out += "  Ctrl-C ends it when the running requests are done.\n";
}

std::string render_serving_json(const Serving& serving) {
  return fmt::format(
      R"({{"serving":{},"certificate":{},"anchor":{},"metrics":{},"pid":{},"workers":{}}})"
      "\n",
      addresses_json(serving), certificate_json(serving), json_or_null(serving.anchor),
      json_or_null(serving.metrics.value_or("")), serving.pid, serving.workers);
}

}  // namespace gatehouse::cli
