#include "cli/edits.h"

#include <fmt/format.h>

#include "base/server_name.h"
#include "config/certificate_choice.h"

namespace gatehouse::cli {
namespace {

void append(google::protobuf::RepeatedPtrField<std::string>& to,
            const std::vector<std::string>& texts) {
  to.Add(texts.begin(), texts.end());
}

api::Certificate certificate_of(const CertificateWords& words, const std::filesystem::path& here) {
  // The flags have been checked.
  if (words.key.empty()) return config::certificate_of_selector(words.certificate).value();
  api::Certificate certificate;
  auto& pair = *certificate.mutable_files();
  pair.set_certificate((here / words.certificate).lexically_normal().string());
  pair.set_key((here / words.key).lexically_normal().string());
  return certificate;
}

// An absent message and one without values are different things to say.
void set_certificates(auto& into, const auto& add, const std::filesystem::path& here) {
  if (!add.certificate.certificate.empty()) {
    *into.mutable_certificate() = certificate_of(add.certificate, here);
  }
  if (!add.second_certificate.certificate.empty()) {
    *into.mutable_second_certificate() = certificate_of(add.second_certificate, here);
  }
}

void set_http(api::Site& site, const PlainHttpChoice& http) {
  if (http.external.empty() && http.loopback.empty() && http.listen.empty() && !http.off) return;
  api::PlainHttp& to = *site.mutable_http();
  to.set_external(http.external);
  to.set_loopback(http.loopback);
  append(*to.mutable_listen(), http.listen);
  to.set_off(http.off);
}

api::Site site_of(const AddSite& add, const std::filesystem::path& here) {
  api::Site site;
  append(*site.mutable_names(), add.names);
  append(*site.mutable_listen(), add.listen);
  append(*site.mutable_upstreams(), add.upstreams);
  for (const AddSite::Route& route : add.routes) {
    api::Route& to = *site.add_routes();
    to.set_path(route.path);
    append(*to.mutable_upstreams(), route.upstreams);
  }
  set_certificates(site, add, here);
  set_http(site, add.http);
  site.set_tls_profile(add.tls_profile);
  site.set_owner(add.owner);
  site.set_trust_boundary(add.trust_boundary);
  return site;
}

// The host before the last colon, if it is one label that others may ask for.
std::string_view short_name(std::string_view endpoint) {
  const std::string_view host = endpoint.substr(0, endpoint.rfind(':'));
  const auto name = ServerName::parse(host);
  const bool is_short = name && !name->is_address() && host.find('.') == std::string_view::npos;
  return is_short && host != "localhost" ? host : std::string_view{};
}

}  // namespace

api::Edit edit_of(const AddSite& add, const std::filesystem::path& here) {
  api::Edit edit;
  edit.mutable_set_site()->set_name(add.name);
  *edit.mutable_set_site()->mutable_site() = site_of(add, here);
  return edit;
}

api::Edit edit_of(const AddBinding& add, const std::filesystem::path& here) {
  api::Edit edit;
  edit.mutable_set_binding()->set_name(add.name);
  api::Binding& binding = *edit.mutable_set_binding()->mutable_binding();
  append(*binding.mutable_at(), add.endpoints);
  set_certificates(binding, add, here);
  binding.set_site(add.site);
  binding.set_owner(add.owner);
  binding.set_tls_profile(add.tls_profile);
  return edit;
}

api::Edit edit_of(const RemoveSite& remove) {
  api::Edit edit;
  if (remove.owner.empty()) {
    edit.set_remove_site(remove.name);
  } else {
    edit.set_remove_owner(remove.owner);
  }
  return edit;
}

api::Edit edit_of(const RemoveBinding& remove) {
  api::Edit edit;
  if (remove.owner.empty()) {
    edit.set_remove_binding(remove.name);
  } else {
    edit.set_remove_owner(remove.owner);
  }
  return edit;
}

api::Edit edit_of(const EnableSite& enable) {
  api::Edit edit;
  edit.mutable_set_enabled()->set_site(enable.name);
  edit.mutable_set_enabled()->set_enabled(enable.enabled);
  return edit;
}

api::ChangeRequest request_of(api::Edit edit, const ChangeOptions& options) {
  api::ChangeRequest request;
  *request.add_edits() = std::move(edit);
  request.set_dry_run(options.dry_run);
  request.set_if_revision(options.if_revision);
  request.set_why(options.why);
  return request;
}

std::string advice_on_short_names(const AddBinding& add, const std::string& domain) {
  std::string advice;
  for (const std::string& endpoint : add.endpoints) {
    const std::string_view host = short_name(endpoint);
    if (host.empty()) continue;
    advice +=
        domain.empty()
            ? fmt::format("{} is a short name: only clients that write it so find it.\n", host)
            : fmt::format(
                  "{0} is a short name: clients that ask for {0}.{1} need {0}.{1}{2} too.\n", host,
                  domain, std::string_view(endpoint).substr(host.size()));
  }
  return advice;
}

}  // namespace gatehouse::cli
