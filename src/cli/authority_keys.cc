#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/authorities.h"
#include "cli/authority_text.h"
#include "cli/certificate_text.h"
#include "cli/change_text.h"
#include "cli/lists.h"
#include "cli/passphrases.h"
#include "cli/questions.h"
#include "cli/small_file.h"

// Verbs about local CAs that bring keys to files, or from there.
namespace gatehouse::cli {
namespace {

constexpr std::string_view kService = "AuthorityService";

std::string text_of(const Secret& secret) { return std::string(as_text(secret.view())); }

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

Result<Ok> check_new(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, none))) return Ok{};
  return fail(
      Fault::operator_input,
      fmt::format("{} is there already: name another folder, or move it away.", file.string()),
      ErrorKind::conflict);
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
      if (auto free = check_new(folder / (file_name(name) + ending)); !free) return free;
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

api::DetachRootRequest request_of(const DetachRoot& detach, const Secret& secret) {
  api::DetachRootRequest request;
  request.set_name(detach.name);
  request.set_root(static_cast<std::uint32_t>(detach.root));
  request.set_passphrase(text_of(secret));
  request.set_dry_run(detach.change.dry_run);
  request.set_why(detach.change.why);
  return request;
}

Result<Ok> ask_to_detach(const DetachRoot& detach, const Surroundings& around,
                         api::DetachRootRequest request, api::DetachRootResponse& response) {
  auto done = ask(around, detach.change.api, fmt::format("{}/Detach", kService), request, response);
  wipe(*request.mutable_passphrase());
  return done;
}

// The key, encrypted; it is still there.
Result<Ok> take_off(const DetachRoot& detach, const Surroundings& around, const Secret& secret,
                    api::DetachRootResponse& response) {
  return ask_to_detach(detach, around, request_of(detach, secret), response);
}

// Reads the file again, so that what the running gatehouse relies on is what is there.
Result<Ok> move_to(const std::filesystem::path& file, const DetachRoot& detach,
                   const Surroundings& around, const Secret& secret,
                   api::DetachRootResponse& response) {
  auto written = write_new_file(file, response.pkcs12(), FileMode::owner_only, Existing::kept);
  if (!written) return written;
  auto again = read_small_file(file);
  if (!again) return pass_on(again);
  auto request = request_of(detach, secret);
  request.set_written(std::move(*again));
  auto erased = ask_to_detach(detach, around, std::move(request), response);
  if (erased) return erased;
  around.console.talk(fmt::format("The key is still on this machine; {} holds it too, encrypted.\n",
                                  file.string()));
  return erased;
}

std::string detached_text(const DetachRoot& detach, const api::DetachRootResponse& response) {
  const bool dry = detach.change.dry_run;
  return fmt::format("The key of root {} {} in {}{}\n{}", response.root().number(),
                     dry ? "would be" : "is", printable(detach.to.string()),
                     dry ? "." : " and nowhere on this machine. Keep file and passphrase apart.",
                     notes_text(response.notes()));
}

}  // namespace

Result<int> issue_certificates(const IssueCertificates& issue, const Surroundings& around) {
  api::IssueRequest request = request_of(issue);
  const std::filesystem::path folder = around.here / issue.out;
  if (!issue.out.empty()) {
    auto secret = read_passphrase(issue.passphrase, around.here);
    if (!secret) return pass_on(secret);
    request.set_passphrase(text_of(*secret));
    if (auto ready = issue.change.dry_run ? Ok{} : check_folder(issue, folder); !ready) {
      return pass_on(ready);
    }
  }
  api::IssueResponse response;
  auto done = ask(around, issue.change.api, fmt::format("{}/Issue", kService), request, response);
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

Result<int> detach_root(const DetachRoot& detach, const Surroundings& around) {
  const std::filesystem::path file = around.here / detach.to;
  auto secret = read_passphrase(detach.passphrase, around.here);
  if (!secret) return pass_on(secret);
  if (auto free = check_new(file); !free) return pass_on(free);
  api::DetachRootResponse response;
  if (auto done = take_off(detach, around, *secret, response); !done) return pass_on(done);
  if (!detach.change.dry_run) {
    auto moved = move_to(file, detach, around, *secret, response);
    if (!moved) return pass_on(moved);
  }
  around.console.data(detach.change.api.json ? json_line(response)
                                             : detached_text(detach, response));
  return 0;
}

Result<int> attach_root(const AttachRoot& attach, const Surroundings& around) {
  auto secret = read_passphrase(attach.passphrase, around.here);
  if (!secret) return pass_on(secret);
  auto file = read_small_file(around.here / attach.from);
  if (!file) return pass_on(file);
  api::AttachRootRequest request;
  request.set_name(attach.name);
  request.set_file(std::move(*file));
  request.set_passphrase(text_of(*secret));
  request.set_dry_run(attach.change.dry_run);
  request.set_why(attach.change.why);
  api::AttachRootResponse response;
  auto done = ask(around, attach.change.api, fmt::format("{}/Attach", kService), request, response);
  wipe(*request.mutable_passphrase());
  if (!done) return pass_on(done);
  around.console.data(attach.change.api.json
                          ? json_line(response)
                          : fmt::format("The key of root {} {} on this machine{}.\n",
                                        response.root().number(),
                                        attach.change.dry_run ? "would be" : "is",
                                        attach.change.dry_run ? "" : " again"));
  return 0;
}

}  // namespace gatehouse::cli
