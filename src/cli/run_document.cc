#include "cli/run_document.h"

#include <map>

#include "base/values.h"
#include "config/timeout_fields.h"

namespace gatehouse::cli {
namespace {

using config::Document;

constexpr const char* kSite = "default";
constexpr const char* kListen = ":8443";

// Notes which flag said what.
class FlagOrigins {
 public:
  explicit FlagOrigins(config::Origins& origins) : origins_(origins) {}

  void of_site(std::string_view field, std::string_view flag) {
    set(config::field_path(config::entry_path("sites", kSite), field), flag);
  }
  void set(std::string path, std::string_view flag) {
    origins_.set(std::move(path),
                 {.source = config::Origin::Source::flag, .said = std::string(flag)});
  }

 private:
  config::Origins& origins_;
};

std::string whole(const std::filesystem::path& path) { return std::filesystem::absolute(path); }

void add_routes(const RunCommand& run, api::Site& site) {
  std::map<std::string, api::Route*> by_prefix;
  for (const RunCommand::Route& route : run.routes) {
    api::Route*& written = by_prefix[route.prefix];
    if (written == nullptr) written = site.add_routes();
    written->set_path(route.prefix);
    written->add_upstreams(route.to.text());
  }
}

void add_certificate(const RunCommand& run, api::Site& site) {
  if (!run.certificate) return;
  api::CertificateFiles& files = *site.mutable_certificate()->mutable_files();
  files.set_certificate(whole(run.certificate->certificate));
  files.set_key(whole(run.certificate->key));
}

void add_site(const RunCommand& run, Document& document, FlagOrigins& origins) {
  api::Site& site = (*document.message.mutable_sites())[kSite];
  site.add_names("*");
  for (const ListenAddress& address : run.listen) site.add_listen(address.text());
  if (run.listen.empty()) site.add_listen(kListen);
  for (const UpstreamUrl& url : run.to) site.add_upstreams(url.text());
  add_routes(run, site);
  add_certificate(run, site);
  // Where plain HTTP is wanted it is asked for: --listen http://...
  site.mutable_http()->set_off(true);
  origins.set(config::entry_path("sites", kSite), "gatehouse run");
  origins.of_site("listen", "--listen");
  origins.of_site("upstreams", "--to");
  origins.of_site("routes", "--route");
  origins.of_site("certificate.files.certificate", "--certificate");
  origins.of_site("certificate.files.key", "--key");
}

// The entries of a list with commas.
std::vector<std::string> entries(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view part = list.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.emplace_back(part);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return parts;
}

void add_local_ca(const RunCommand& run, Document& document, FlagOrigins& origins) {
  for (std::string& entry : entries(run.permit)) {
    document.message.mutable_local_ca()->add_permit(std::move(entry));
    origins.set("local_ca.permit", "--permit");
  }
  for (const ServerName& host : run.hosts) {
    document.message.mutable_local_ca()->add_hosts(host.text());
    origins.set("local_ca.hosts", "--host");
  }
}

void add_timeouts(const RunCommand& run, Document& document, FlagOrigins& origins) {
  const Timeouts defaults;
  if (run.timeouts == defaults) return;
  for (const config::TimeoutField& field : config::kTimeoutFields) {
    const std::chrono::milliseconds value = run.timeouts.*field.value;
    if (value == defaults.*field.value) continue;
    *(document.message.mutable_timeouts()->*field.to_write)() = duration_text(value);
  }
  origins.set("timeouts", "--timeout");
}

void add_limits(const RunCommand& run, Document& document, FlagOrigins& origins) {
  const Limits defaults;
  if (run.limits == defaults) return;
  api::Limits& limits = *document.message.mutable_limits();
  if (run.limits.connections) limits.set_connections(*run.limits.connections);
  if (run.limits.head != defaults.head) limits.set_head(run.limits.head);
  if (run.limits.fields != defaults.fields) limits.set_fields(run.limits.fields);
  if (run.limits.body != defaults.body) limits.set_body(run.limits.body);
  origins.set("limits", "--limit");
}

std::string access_log_text(const AccessLogTarget& target) {
  switch (target.kind) {
    case AccessLogTarget::Kind::off: return "none";
    case AccessLogTarget::Kind::standard_output: return "-";
    case AccessLogTarget::Kind::journal: return "journal";
    case AccessLogTarget::Kind::file: return whole(target.path);
  }
  return "none";
}

void add_logs(const RunCommand& run, Document& document, FlagOrigins& origins) {
  if (run.access_log.kind == AccessLogTarget::Kind::off) return;
  document.message.mutable_logs()->set_access(access_log_text(run.access_log));
  origins.set("logs.access", "--access-log");
}

void add_rest(const RunCommand& run, Document& document, FlagOrigins& origins) {
  if (run.profile != tls::Profile::intermediate) {
    document.message.mutable_tls()->set_profile(std::string(tls::text(run.profile)));
    origins.set("tls.profile", "--tls-profile");
  }
  for (const Cidr& network : run.trusted_proxies) {
    document.message.add_trusted_proxies(network.text());
    origins.set("trusted_proxies", "--trusted-proxy");
  }
  if (run.metrics) {
    document.message.mutable_metrics()->set_listen(run.metrics->text());
    origins.set("metrics.listen", "--metrics");
  }
  if (run.workers) {
    document.message.mutable_process()->set_workers(*run.workers);
    origins.set("process.workers", "--workers");
  }
}

bool says_a_site(const RunCommand& run) {
  return !run.to.empty() || !run.routes.empty() || !run.listen.empty() || run.certificate;
}

}  // namespace

config::Document run_document(const RunCommand& run) {
  Document document;
  FlagOrigins origins(document.origins);
  document.message.set_version(1);
  if (says_a_site(run)) add_site(run, document, origins);
  add_local_ca(run, document, origins);
  add_timeouts(run, document, origins);
  add_limits(run, document, origins);
  add_logs(run, document, origins);
  add_rest(run, document, origins);
  return document;
}

}  // namespace gatehouse::cli
