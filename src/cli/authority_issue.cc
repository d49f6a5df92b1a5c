#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/authorities.h"
#include "cli/certificate_text.h"
#include "cli/change_text.h"
#include "cli/lists.h"
#include "cli/passphrases.h"
#include "cli/questions.h"
#include "cli/small_file.h"

// `gatehouse ca issue`: into the store, into files for another machine, or for a request.
namespace gatehouse::cli {
namespace {

constexpr std::string_view kMethod = "AuthorityService/Issue";

// A file name of a host or a client: *.example.com is _.example.com there.
std::string file_name(const std::string& subject) {
  std::string name;
  for (const char c : subject) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_';
    name += plain ? c : '_';
  }
  return name.empty() || name.front() == '.' ? "_" + name : name;
}

// Before anything is issued, so that no key is lost for want of a place.
Result<Ok> check_folder(const IssueCertificates& issue, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(Fault::operator_input,
                fmt::format("Cannot make the folder {}: {}.", folder.string(), error.message()),
                ErrorKind::failed);
  }
  for (const std::string& name : issue.names) {
    for (const char* ending : {".crt", ".key"}) {
      if (auto free = check_new_file(folder / (file_name(name) + ending)); !free) return free;
    }
    if (!issue.each) return Ok{};
  }
  return Ok{};
}

Result<Ok> hand_out(const api::IssueResponse& response, const std::filesystem::path& folder) {
  for (const auto& one : response.certificates()) {
    const std::string name = file_name(one.row().subject());
    auto key =
        write_new_file(folder / (name + ".key"), one.key(), FileMode::owner_only, Existing::kept);
    if (!key) return key;
    auto chain = write_small_file(folder / (name + ".crt"), one.chain());
    if (!chain) return chain;
  }
  return write_small_file(folder / "ca.crt", response.anchors());
}

std::string issued_text(const IssueCertificates& issue, const api::IssueResponse& response) {
  std::string out;
  for (const auto& one : response.certificates()) {
    const auto& row = one.row();
    const std::string names =
        printable(row.names().empty() ? row.subject() : list_text(row.names()));
    if (issue.change.dry_run) {
      out += fmt::format("A certificate for {} would be issued.\n", names);
      continue;
    }
    out += fmt::format("{}\n  serial  {}\n  until   {}\n", names, printable(row.serial()),
                       printable(row.not_after()));
    out += issue.out.empty() ? fmt::format("  stored  {}\n", printable(row.certificate()))
                             : fmt::format("  files   {0}.crt, {0}.key, ca.crt in {1}\n",
                                           file_name(row.subject()), printable(issue.out.string()));
  }
  return out + notes_text(response.notes());
}

api::IssueRequest request_of(const IssueCertificates& issue) {
  api::IssueRequest request;
  request.set_authority(issue.authority);
  for (const auto& name : issue.names) request.add_names(name);
  request.set_role(issue.client ? "clientAuth" : "serverAuth");
  request.set_key_type(issue.key_type);
  request.set_days(static_cast<std::uint32_t>(issue.days));
  request.set_each(issue.each);
  request.set_certificate(issue.certificate);
  request.set_replace(issue.replace);
  request.set_hand_out(!issue.out.empty());
  request.set_dry_run(issue.change.dry_run);
  request.set_why(issue.change.why);
  return request;
}

// The certificate is data; what is said of it is not.
std::string certified_text(const IssueCertificates& issue, const api::IssueResponse& response) {
  const auto& row = response.certificates(0).row();
  const std::string names = printable(row.names().empty() ? row.subject() : list_text(row.names()));
  if (issue.change.dry_run) {
    return fmt::format("A certificate for {} would be issued.\n{}", names,
                       notes_text(response.notes()));
  }
  std::string out = fmt::format("{}\n  serial  {}\n  until   {}\n", names, printable(row.serial()),
                                printable(row.not_after()));
  if (!issue.out.empty()) out += fmt::format("  file    {}\n", printable(issue.out.string()));
  return out + notes_text(response.notes());
}

Result<int> certify_request(const IssueCertificates& issue, const Surroundings& around) {
  auto file = read_small_file(issue.request == "-" ? issue.request : around.here / issue.request);
  if (!file) return pass_on(file);
  const std::filesystem::path out = around.here / issue.out;
  if (!issue.out.empty() && !issue.change.dry_run) {
    if (auto free = check_new_file(out); !free) return pass_on(free);
  }
  api::IssueRequest request = request_of(issue);
  for (const auto& name : issue.hosts) request.add_names(name);
  request.set_hand_out(false);
  request.set_request(std::move(*file));
  api::IssueResponse response;
  auto done = ask(around, issue.change.api, kMethod, request, response);
  if (!done) return pass_on(done);
  if (response.certificates().empty()) return fail(Fault::ours, "nothing was issued");
  const std::string& chain = response.certificates(0).chain();
  if (!issue.out.empty() && !issue.change.dry_run) {
    auto written = write_new_file(out, chain, FileMode::readable, Existing::kept);
    if (!written) return pass_on(written);
  }
  if (issue.change.api.json) {
    around.console.data(json_line(response));
    return 0;
  }
  if (issue.out.empty()) around.console.data(chain);
  around.console.talk(certified_text(issue, response));
  return 0;
}

}  // namespace

Result<int> issue_certificates(const IssueCertificates& issue, const Surroundings& around) {
  if (!issue.request.empty()) return certify_request(issue, around);
  api::IssueRequest request = request_of(issue);
  const std::filesystem::path folder = around.here / issue.out;
  if (!issue.out.empty()) {
    auto secret = read_passphrase(issue.passphrase, around.here);
    if (!secret) return pass_on(secret);
    request.set_passphrase(std::string(as_text(secret->view())));
    if (auto ready = issue.change.dry_run ? Ok{} : check_folder(issue, folder); !ready) {
      return pass_on(ready);
    }
  }
  api::IssueResponse response;
  auto done = ask(around, issue.change.api, kMethod, request, response);
  wipe(*request.mutable_passphrase());
  if (!done) return pass_on(done);
  if (!issue.out.empty() && !issue.change.dry_run) {
    if (auto written = hand_out(response, folder); !written) return pass_on(written);
  }
  const ChangeOutcome outcome = outcome_of(response.change(), issue.change.dry_run);
  const bool served = response.has_change() && !response.change().plan().empty();
  if (issue.change.api.json) {
    around.console.data(json_line(response));
  } else {
    around.console.data(issued_text(issue, response));
    const Paint paint(around.console.colours_data());
    if (served) around.console.data(change_text(response.change(), outcome, paint));
  }
  return served ? exit_code(outcome) : 0;
}

}  // namespace gatehouse::cli
