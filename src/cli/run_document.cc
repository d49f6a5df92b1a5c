#include "cli/run_document.h"

#include <array>
#include <map>

#include "base/values.h"

namespace gatehouse::cli {
namespace {

using config::Document;

constexpr const char* kSite = "default";

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
  }
  for (const ServerName& host : run.hosts) {
    document.message.mutable_local_ca()->add_hosts(host.text());
  }
  origins.set("local_ca.permit", "--permit");
  origins.set("local_ca.hosts", "--host");
}

struct TimeoutField {
  void (api::Timeouts::*set)(std::string&&);
  std::chrono::milliseconds Timeouts::* value;
};
}  // namespace

}  // namespace gatehouse::cli
