#include "cli/certificate_changes.h"

#include <fmt/format.h>

#include "api/secrets.h"
#include "base/json_text.h"
#include "cli/certificate_questions.h"
#include "cli/certificate_text.h"
#include "cli/change_text.h"
#include "cli/exit_code.h"
#include "cli/issuer_fetching.h"
#include "cli/passphrases.h"
#include "cli/progress.h"
#include "cli/questions.h"
#include "cli/small_file.h"

namespace gatehouse::cli {
namespace {

// What one request takes; base64 makes a third more of it.
constexpr std::size_t kMostBytes = std::size_t{2900} << 10;

template <class Request>
void set_common(Request& request, const ChangeOptions& options) {
  request.set_dry_run(options.dry_run);
  request.set_why(options.why);
}

Result<Ok> call(std::string_view method, const Message& request, Message& response,
                const ChangeOptions& options, const Surroundings& around) {
  Progress progress(around.console, options.api.json || options.dry_run);
  return ask(around, options.api, method, request, response,
             [&progress](const api::Event& event) { progress.tell(event); });
}

// The steps and what became of them, below what `text` says before.
template <class Response>
int show(const Response& response, const std::string& text, const ChangeOptions& options,
         Console& console) {
  const ChangeOutcome outcome = outcome_of(response.change(), options.dry_run);
  if (options.api.json) {
    console.data(json_line(response));
  } else {
    console.data(text + change_text(response.change(), outcome, Paint(console.colours_data())));
  }
  return exit_code(outcome);
}

template <class Response, class Request>
Result<int> change(std::string_view method, const Request& request, const ChangeOptions& options,
                   const Surroundings& around) {
  Response response;
  if (auto done = call(method, request, response, options, around); !done) return pass_on(done);
  std::string notes;
  if constexpr (requires { response.notes(); }) notes = notes_text(response.notes());
  return show(response, notes, options, around.console);
}

// ------------------------------------------------------------------ import

Result<Ok> add_files(const ImportCertificates& import, const Surroundings& around,
                     api::ImportCertificatesRequest& request) {
  std::size_t bytes = 0;
  for (const auto& file : import.files) {
    auto content = read_small_file(file == "-" ? file : around.here / file);
    if (!content) return pass_on(content);
    bytes += content->size();
    if (bytes > kMostBytes) {
      wipe(*content);
      return fail(Fault::operator_input,
                  fmt::format("The files are larger than {} KiB together: import them one by one.",
                              kMostBytes >> 10),
                  ErrorKind::invalid);
    }
    api::ImportFile& to = *request.add_files();
    to.set_name(file == "-" ? "standard input" : file.filename().string());
    to.set_content(std::move(*content));
  }
  return Ok{};
}

bool asks_for_passphrase(const api::ImportCertificatesResponse& response) {
  for (const api::ImportRefusal& refusal : response.refusals()) {
    if (refusal.kind() == "passphrase_missing") return true;
  }
  return false;
}

Result<api::ImportCertificatesResponse> call_import(const api::ImportCertificatesRequest& request,
                                                    const ImportCertificates& import,
                                                    const Surroundings& around) {
  api::ImportCertificatesResponse response;
  auto done = call("CertificateService/Import", request, response, import.change, around);
  if (!done) return pass_on(done);
  return response;
}

// Once more with what the person at the terminal says, where a passphrase is all that is missing.
Result<api::ImportCertificatesResponse> import_asking(api::ImportCertificatesRequest& request,
                                                      const ImportCertificates& import,
                                                      const Surroundings& around) {
  auto response = call_import(request, import, around);
  if (!response || !asks_for_passphrase(*response) || !around.ask_secret) return response;
  auto passphrase = around.ask_secret("Passphrase of the file: ");
  if (!passphrase) return response;
  request.add_passphrases(*passphrase);
  wipe(*passphrase);
  return call_import(request, import, around);
}

// For trial first, where what is missing may be fetched: all of it comes at once, or nothing.
Result<api::ImportCertificatesResponse> import_completing(api::ImportCertificatesRequest& request,
                                                          const ImportCertificates& import,
                                                          const Surroundings& around) {
  if (!may_fetch_issuers(import, around)) return import_asking(request, import, around);
  const auto call = [&](const auto& with) { return call_import(with, import, around); };
  request.set_dry_run(true);
  auto response = import_asking(request, import, around);
  if (!response || !response->refusals().empty()) return response;
  auto fetched = fetch_issuers(import, around, call, *response, request);
  if (!fetched) return pass_on(fetched);
  request.set_dry_run(import.change.dry_run);
  if (!fetched->empty() || !import.change.dry_run) response = call(request);
  if (response) response->mutable_fetched()->Add(fetched->begin(), fetched->end());
  return response;
}

// ------------------------------------------------------------------ new ones

template <class Request>
void set_wanted(Request& request, const NewCertificate& wanted) {
  request.mutable_names()->Add(wanted.names.begin(), wanted.names.end());
  request.set_name(wanted.name);
  request.set_key_type(wanted.key_type);
  request.set_role(wanted.role);
  request.set_common_name(wanted.common_name);
  request.set_organization(wanted.organization);
  request.set_owner(wanted.owner);
}

// ------------------------------------------------------------------ export

Result<int> hand_out(const api::ExportedFile& file, const ExportCertificate& exported,
                     const Surroundings& around) {
  const bool to_file = !exported.out.empty() && exported.out != "-";
  if (to_file) {
    const auto mode = exported.with_key ? FileMode::owner_only : FileMode::readable;
    const auto out = around.here / exported.out;
    auto written = write_new_file(out, file.content(), mode,
                                  exported.force ? Existing::replaced : Existing::kept);
    if (!written && written.error().kind == ErrorKind::conflict) {
      written.error().what += " Or write over it with --force.";
    }
    if (!written) return pass_on(written);
  }
  if (exported.api.json) {
    api::ExportedFile told = file;
    if (to_file) told.clear_content();
    around.console.data(json_line(told));
    return 0;
  }
  around.console.talk(notes_text(file.notes()));
  if (!to_file) {
    around.console.data(file.content());
  } else {
    around.console.talk(fmt::format("Written: {}\n", printable(exported.out.string())));
  }
  return 0;
}

Result<int> export_key(const ExportCertificate& exported, const Surroundings& around) {
  if (exported.out.empty() && !exported.api.json) {
    return fail(Fault::operator_input,
                "A file with a private key is not for a screen. Say where it goes with --out FILE, "
                "or --out - for standard output.",
                ErrorKind::usage);
  }
  auto passphrase = passphrase_for_export(exported.passphrase, around);
  if (!passphrase) return pass_on(passphrase);
  api::ExportKeyRequest request;
  add(exported.which, *request.mutable_selector());
  request.set_format(exported.format);
  request.set_profile(exported.profile);
  request.set_passphrase(*passphrase);
  request.set_why(exported.why);
  wipe(*passphrase);
  api::ExportedFile file;
  auto asked = ask(around, exported.api, "CertificateService/ExportKey", request, file);
  api::wipe_secrets(request);
  if (!asked) return pass_on(asked);
  return hand_out(file, exported, around);
}

}  // namespace

Result<int> import_certificates(const ImportCertificates& import, const Surroundings& around) {
  api::ImportCertificatesRequest request;
  if (auto added = add_files(import, around, request); !added) return pass_on(added);
  auto passphrases = read_passphrases(import.passphrases, around);
  if (!passphrases) return pass_on(passphrases);
  for (std::string& one : *passphrases) {
    request.add_passphrases(one);
    wipe(one);
  }
  request.set_name(import.name);
  request.set_owner(import.owner);
  request.set_shelf(import.shelf);
  request.set_role(import.role);
  if (!import.replace.empty()) request.mutable_replace()->set_text(import.replace);
  set_common(request, import.change);
  auto response = import_completing(request, import, around);
  api::wipe_secrets(request);
  if (!response) return pass_on(response);
  const Paint paint(around.console.colours_data());
  if (response->refusals().empty()) {
    const int code = show(*response, found_text(*response, paint), import.change, around.console);
    if (!around.confirm) around.console.talk(fetching_advice(import, *response));
    return code;
  }
  around.console.data(import.change.api.json
                          ? json_line(*response)
                          : found_text(*response, paint) + paint.bad("Nothing was stored.") + "\n");
  return exit_code(ErrorKind::invalid);
}

Result<int> create_certificate(const CreateCertificate& create, const Surroundings& around) {
  api::CreateCertificateRequest request;
  set_wanted(request, create.wanted);
  request.set_days(static_cast<std::uint32_t>(std::min<std::uint64_t>(create.days, 1'000'000)));
  if (!create.replace.empty()) request.mutable_replace()->set_text(create.replace);
  set_common(request, create.change);
  return change<api::CreateCertificateResponse>("CertificateService/Create", request, create.change,
                                                around);
}

Result<int> request_certificate(const RequestCertificate& wish, const Surroundings& around) {
  api::RequestCertificateRequest request;
  set_wanted(request, wish.wanted);
  set_common(request, wish.change);
  api::RequestCertificateResponse response;
  auto done = call("CertificateService/Request", request, response, wish.change, around);
  if (!done) return pass_on(done);
  if (!wish.out.empty() && !response.pem().empty()) {
    auto written = write_small_file(around.here / wish.out, response.pem());
    if (!written) return pass_on(written);
  }
  const ChangeOutcome outcome = outcome_of(response.change(), wish.change.dry_run);
  if (wish.change.api.json) {
    around.console.data(json_line(response));
    return exit_code(outcome);
  }
  around.console.talk(
      change_text(response.change(), outcome, Paint(around.console.colours_talk())));
  if (wish.out.empty()) around.console.data(response.pem());
  return exit_code(outcome);
}

Result<int> export_certificate(const ExportCertificate& exported, const Surroundings& around) {
  if (exported.with_key) return export_key(exported, around);
  api::ExportCertificateRequest request;
  add(exported.which, *request.mutable_selector());
  request.set_format(exported.format);
  api::ExportedFile file;
  auto asked = ask(around, exported.api, "CertificateService/Export", request, file);
  if (!asked) return pass_on(asked);
  if (!file.text() && exported.out.empty() && !exported.api.json) {
    return fail(Fault::operator_input,
                fmt::format("A {} is not for a screen. Say where it goes with --out FILE, or --out "
                            "- for standard output.",
                            printable(exported.format)),
                ErrorKind::usage);
  }
  return hand_out(file, exported, around);
}

Result<int> rename_certificate(const RenameCertificate& rename, const Surroundings& around) {
  api::RenameCertificateRequest request;
  add(rename.which, *request.mutable_selector());
  request.set_name(rename.name);
  set_common(request, rename.change);
  return change<api::RenameCertificateResponse>("CertificateService/Rename", request, rename.change,
                                                around);
}

Result<int> remove_certificate(const RemoveCertificate& remove, const Surroundings& around) {
  api::RemoveCertificateRequest request;
  add(remove.which, *request.mutable_selector());
  set_common(request, remove.change);
  return change<api::RemoveCertificateResponse>("CertificateService/Remove", request, remove.change,
                                                around);
}

}  // namespace gatehouse::cli
