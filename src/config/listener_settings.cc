#include "config/listener_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/certificate_choice.h"
#include "config/site_settings.h"
#include "config/values.h"

namespace gatehouse::config {
namespace {

constexpr int kMostEndpoints = 1024;

void settle_endpoints(const api::Binding& written, const FieldPath& at, SettleReport& report,
                      std::vector<Endpoint>& endpoints) {
  if (written.at().empty()) {
    return report.error("GH3120", at,
                        "the binding does not say where it answers. Write a name or an address, "
                        "each with a port, as `at: [files.example.com:443, \"10.0.0.5:8443\"]`.");
  }
  const FieldPath list = at.field("at");
  if (written.at_size() > kMostEndpoints) {
    return report.error("GH3102", list,
                        fmt::format("{} endpoints are too many; at most {} go into one binding.",
                                    written.at_size(), kMostEndpoints));
  }
  for (int i = 0; i < written.at_size(); ++i) {
    const FieldPath item = list.item(static_cast<std::size_t>(i));
    auto endpoint = report.take("GH3121", item, parse_endpoint(written.at(i)));
    if (!endpoint) continue;
    if (std::ranges::find(endpoints, *endpoint) != endpoints.end()) {
      report.error(
          "GH3105", item,
          fmt::format("the endpoint `{}` stands here twice. Leave one out.", text(*endpoint)));
      continue;
    }
    endpoints.push_back(std::move(*endpoint));
  }
}

void settle_refusal(const std::string& written, const FieldPath& at, SettleReport& report,
                    bool& refuses) {
  if (written.empty()) return;
  if (const auto read = report.take("GH3123", at, parse_refusal(written))) refuses = *read;
}

}  // namespace

Binding settle_binding(const std::string& name, const api::Binding& written, const FieldPath& at,
                       SettleReport& report) {
  Binding binding;
  binding.name = name;
  report.take("GH3101", at, parse_key(name));
  settle_endpoints(written, at, report, binding.at);
  binding.certificate = settle_certificates(written, at, report);
  binding.site = written.site();
  binding.owner = settle_owner(written.owner(), at.field("owner"), report);
  binding.tls_profile = settle_profile(written.tls_profile(), at.field("tls_profile"), report);
  return binding;
}

std::optional<Listener> settle_listener(const std::string& key, const api::Listener& written,
                                        const FieldPath& at, SettleReport& report) {
  auto address = report.take("GH3122", at, parse_listener_key(key));
  if (!address) return std::nullopt;
  Listener listener{.key = key, .address = *address};
  settle_refusal(written.unknown_names(), at.field("unknown_names"), report,
                 listener.refuse_unknown_names);
  settle_refusal(written.no_name(), at.field("no_name"), report, listener.refuse_no_name);
  listener.owner = settle_owner(written.owner(), at.field("owner"), report);
  listener.tls_profile = settle_profile(written.tls_profile(), at.field("tls_profile"), report);
  return listener;
}

}  // namespace gatehouse::config
