#include "certs/trust/system/firefox_policy.h"

#include <algorithm>
#include <array>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/trust/anchor_facts.h"
#include "certs/trust/system/public_file.h"

namespace gatehouse::certs {
namespace {

using Json = nlohmann::ordered_json;
using std::filesystem::path;
using Outcome = TrustStep::Outcome;

constexpr std::string_view kStore = "Firefox policy";

struct Policy {
  path folder;       // of the system whose root was named
  path file;         // policies.json
  path certificate;  // beside it
  std::string name;  // of the certificate, as Firefox will read it

  Policy(const path& root, const crypto::Certificate& anchor)
      : folder(root / "etc/firefox/policies"), file(folder / "policies.json") {
    const std::string base = fmt::format("gatehouse-{}.crt", facts_of(anchor).id);
    certificate = folder / base;
    name = "/etc/firefox/policies/" + base;
  }
  std::string text() const { return fmt::format("{} {}", kStore, file.string()); }
};

std::unexpected<Error> unknown_shape(std::string_view why) {
  return fail(Fault::operator_input,
              fmt::format("{}; it is left as it is. Repair it, or add the certificate under "
                          "policies, Certificates, Install by hand",
                          why),
              ErrorKind::invalid);
}

// The document, an empty one for no text. Comments and what else is no JSON are not understood:
// writing it anew would lose them.
Result<Json> parsed(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json::object();
  Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return unknown_shape("it is no JSON");
  if (!document.is_object()) return unknown_shape("it is no JSON object");
  return document;
}

// The member of that name, made where it is missing; nullptr where it is of another type.
Json* member(Json& of, const char* name, Json::value_t type) {
  if (!of.contains(name)) of[name] = Json(type);
  return of[name].type() == type ? &of[name] : nullptr;
}

// The list of certificates to install; nullptr where the document has another shape.
Json* install_list(Json& document) {
  Json* policies = member(document, "policies", Json::value_t::object);
  if (policies == nullptr) return nullptr;
  Json* certificates = member(*policies, "Certificates", Json::value_t::object);
  if (certificates == nullptr) return nullptr;
  return member(*certificates, "Install", Json::value_t::array);
}

std::string written(const Json& document) { return document.dump(2) + "\n"; }

// What our entry leaves empty was made for it, or says nothing.
void remove_empty(Json& document) {
  Json& policies = document["policies"];
  Json& certificates = policies["Certificates"];
  if (certificates["Install"].empty()) certificates.erase("Install");
  if (certificates.empty()) policies.erase("Certificates");
  if (policies.empty()) document.erase("policies");
}

TrustStep failed(const Policy& policy, std::string why) {
  return {Outcome::failed, policy.text(), std::move(why)};
}

// A file that somebody linked there is kept by other means.
bool is_link(const path& file) {
  std::error_code ignored;
  return std::filesystem::is_symlink(file, ignored);
}

TrustStep linked(const Policy& policy) {
  return failed(policy,
                fmt::format("{} is a link, and what it leads to is kept by other means: add "
                            "{} under policies, Certificates, Install there",
                            policy.file.string(), policy.name));
}

}  // namespace

Result<std::string> with_certificate(std::string_view text, std::string_view certificate) {
  auto document = parsed(text);
  if (!document) return pass_on(document);
  Json* list = install_list(*document);
  if (list == nullptr) return unknown_shape("its policies have another shape");
  if (std::ranges::find(*list, Json(certificate)) != list->end()) return std::string(text);
  list->push_back(certificate);
  return written(*document);
}

Result<std::string> without_certificate(std::string_view text, std::string_view certificate) {
  auto document = parsed(text);
  if (!document) return pass_on(document);
  Json* list = install_list(*document);
  if (list == nullptr) return unknown_shape("its policies have another shape");
  const auto found = std::ranges::find(*list, Json(certificate));
  if (found == list->end()) return std::string(text);
  list->erase(found);
  remove_empty(*document);
  return document->empty() ? std::string() : written(*document);
}

bool names_certificate(std::string_view text, std::string_view certificate) {
  auto document = parsed(text);
  if (!document) return false;
  const Json* list = install_list(*document);
  return list != nullptr && std::ranges::find(*list, Json(certificate)) != list->end();
}

bool has_firefox(const path& root) {
  constexpr std::array kPlaces = {"usr/lib/firefox", "usr/lib/firefox-esr", "usr/lib64/firefox",
                                  "opt/firefox",     "snap/firefox",        "etc/firefox"};
  return std::ranges::any_of(kPlaces, [&root](const char* place) {
    std::error_code ignored;
    return std::filesystem::is_directory(root / place, ignored);
  });
}

TrustStep install_in_firefox_policy(const crypto::Certificate& anchor, const path& root) {
  const Policy policy(root, anchor);
  if (is_link(policy.file)) return linked(policy);
  const std::string before = content_of(policy.file);
  auto after = with_certificate(before, policy.name);
  if (!after) return failed(policy, after.error().what);
  std::error_code code;
  std::filesystem::create_directories(policy.folder, code);
  if (code) return failed(policy, trouble_with(policy.folder, code.value()));
  const bool there = content_of(policy.certificate) == anchor.to_pem() && before == *after;
  if (there) return {Outcome::already, policy.text(), "every profile of Firefox gets the CA"};
  // The certificate first: a policy that names a missing file is an error of Firefox.
  if (const int error = replace_public_file(policy.certificate, anchor.to_pem())) {
    return failed(policy, trouble_with(policy.certificate, error));
  }
  if (const int error = replace_public_file(policy.file, *after)) {
    return failed(policy, trouble_with(policy.file, error));
  }
  return {Outcome::done, policy.text(), "every profile of Firefox gets the CA when it starts"};
}

TrustStep uninstall_from_firefox_policy(const crypto::Certificate& anchor, const path& root) {
  const Policy policy(root, anchor);
  std::error_code ignored;
  const std::string before = content_of(policy.file);
  const bool named = names_certificate(before, policy.name);
  if (!named && !std::filesystem::exists(policy.certificate, ignored)) {
    return {Outcome::already, policy.text(), "the local CA is not in it"};
  }
  if (named && is_link(policy.file)) return linked(policy);
  if (named) {
    const auto after = without_certificate(before, policy.name);
    if (!after) return failed(policy, after.error().what);
    errno = 0;
    const int error = after->empty() ? (::unlink(policy.file.c_str()) == 0 ? 0 : errno)
                                     : replace_public_file(policy.file, *after);
    if (error != 0) return failed(policy, trouble_with(policy.file, error));
  }
  if (::unlink(policy.certificate.c_str()) != 0 && errno != ENOENT) {
    return failed(policy, trouble_with(policy.certificate, errno));
  }
  std::filesystem::remove(policy.folder, ignored);  // only where nothing else is in it
  return {Outcome::done, policy.text(),
          "the CA is gone from the policies; a profile that has it already keeps it until it is "
          "deleted there"};
}

TrustStatus status_of_firefox_policy(const crypto::Certificate& anchor, const path& root) {
  const Policy policy(root, anchor);
  const bool named = names_certificate(content_of(policy.file), policy.name);
  if (named && content_of(policy.certificate) == anchor.to_pem()) {
    return {TrustStatus::Answer::trusted, policy.text(), "every profile of Firefox gets the CA",
            true};
  }
  return {TrustStatus::Answer::not_trusted, policy.text(),
          named ? fmt::format("the policy names {}, which is missing or another",
                              policy.certificate.string())
                : "no policy names the CA",
          true};
}

}  // namespace gatehouse::certs
