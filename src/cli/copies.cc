#include "cli/copies.h"

#include <cctype>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/secrets.h"
#include "base/json_text.h"
#include "base/time_text.h"
#include "certs/copies/after_change.h"
#include "certs/copies/place.h"
#include "cli/columns.h"
#include "cli/configurations.h"
#include "cli/copy_records.h"
#include "cli/exit_code.h"
#include "cli/questions.h"
#include "cli/small_file.h"
#include "config/settings.h"
#include "crypto/exchange/pairing.h"
#include "crypto/exchange/passphrase_strength.h"
#include "crypto/identity.h"

namespace gatehouse::cli {
namespace {

// Brings one copy up to date.
class Errand {
 public:
  Errand(const RunCopies& run, const certs::Copy& copy, const Surroundings& around)
      : run_(run), copy_(copy), around_(around) {}

  CopyRecord carry_out() {
    record_.name = copy_.name;
    record_.when = timestamp_text(around_.clock.wall());
    if (auto done = look(); !done) record_.error = done.error().what;
    return std::move(record_);
  }
  // Whether there is something to remember.
  bool did_something() const { return did_something_; }

 private:
  Result<Ok> look() {
    auto wanted = thumbprint();
    if (!wanted) return give_up(wanted.error());
    record_.certificate = *wanted;
    const auto last = read_copy_record(run_.records, copy_.name);
    const auto now = certs::standing(copy_);
    const bool current = last && now && last->certificate == *wanted &&
                         last->standing == crypto::hex(*now) && last->succeeded();
    if (current) {
      record_ = *last;
      return Ok{};
    }
    did_something_ = true;
    if (run_.dry_run) return Ok{};
    if (auto placed = place(); !placed) return placed;
    const bool failed_before = last && !last->succeeded();
    return record_.changed.empty() && !failed_before ? Result<Ok>(Ok{}) : run_command();
  }

  Result<Ok> place() {
    auto account = certs::account_of(copy_);
    if (!account) return pass_on(account);
    auto identity = of_file() ? default_identity() : stored_identity();
    if (!identity) return pass_on(identity);
    if (crypto::hex(identity->leaf().sha256()) != record_.certificate) {
      return fail_for_now(Fault::machine, "the certificate was replaced meanwhile: run it again");
    }
    auto changed = certs::place(copy_, *identity, *account);
    if (!changed) return pass_on(changed);
    for (const auto& path : *changed) record_.changed.push_back(path.string());
    if (const auto now = certs::standing(copy_)) record_.standing = crypto::hex(*now);
    return Ok{};
  }

  Result<Ok> run_command() {
    if (copy_.run.empty()) return Ok{};
    record_.command = fmt::format("{}", fmt::join(copy_.run, " "));
    auto ran = certs::run_command(copy_.run, copy_.timeout);
    if (!ran) return pass_on(ran);
    record_.status = ran->status;
    record_.output = ran->output;
    if (ran->succeeded()) return Ok{};
    const std::string how =
        ran->in_time ? fmt::format("ended with {}", ran->status) : "took too long and was ended";
    return fail_for_now(
        Fault::operator_input,
        fmt::format("the files are current, but `{}` {}: {}", printable(record_.command), how,
                    ran->output.empty() ? "it said nothing" : ran->output));
  }

  Result<std::string> thumbprint() const {
    if (of_file()) {
      auto identity = default_identity();
      if (!identity) return pass_on(identity);
      return crypto::hex(identity->leaf().sha256());
    }
    api::GetCertificateRequest request;
    request.mutable_selector()->set_text(selector());
    request.mutable_selector()->set_shelf("identities");
    api::GetCertificateResponse found;
    if (auto asked = ask(around_, run_.api, "CertificateService/Get", request, found); !asked) {
      return pass_on(asked);
    }
    std::string digits;
    for (const char c : found.certificate().sha256()) {
      if (c != ':') digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return digits;
  }

  // The key crosses the socket under a passphrase that lives as long as this call.
  Result<crypto::Identity> stored_identity() const {
    const crypto::Passphrase passphrase = crypto::generate_passphrase();
    api::ExportKeyRequest request;
    request.mutable_selector()->set_text(selector());
    request.mutable_selector()->set_shelf("identities");
    request.set_format("pfx");
    request.set_profile("openssl");
    request.set_passphrase(std::string(as_text(passphrase.utf8())));
    request.set_why(fmt::format("copy {}", copy_.name));
    api::ExportedFile file;
    auto asked = ask(around_, run_.api, "CertificateService/ExportKey", request, file);
    api::wipe_secrets(request);
    if (!asked) return pass_on(asked);
    auto bundle = crypto::read_bundle(as_bytes(file.content()), &passphrase);
    if (!bundle) {
      return fail(Fault::ours, "the exported certificate could not be read", ErrorKind::invalid);
    }
    crypto::Pairing pairing = crypto::pair(*bundle, around_.clock.wall());
    if (pairing.identities.size() == 1) return std::move(pairing.identities.front().identity);
    return fail(Fault::ours, "the exported file holds no pair", ErrorKind::invalid);
  }

  Result<crypto::Identity> default_identity() const {
    auto text = read_small_file(run_.identity);
    if (!text) return pass_on(text);
    auto identity = crypto::parse_pem_identity(*text);
    explicit_bzero(text->data(), text->size());
    return identity;
  }

  // A store whose keys are sealed under a secret that rests elsewhere has no file beside it.
  bool of_file() const {
    return copy_.certificate.empty() && std::filesystem::exists(run_.identity);
  }
  std::string selector() const {
    return copy_.certificate.empty() ? "name:default" : copy_.certificate;
  }

  std::unexpected<Error> give_up(const Error& error) {
    did_something_ = true;
    return std::unexpected(error);
  }

  const RunCopies& run_;
  const certs::Copy& copy_;
  const Surroundings& around_;
  CopyRecord record_;
  bool did_something_ = false;
};

std::string line_of(const CopyRecord& record, bool did_something, bool dry_run) {
  if (!record.succeeded()) return fmt::format("failed   {}: {}\n", record.name, record.error);
  if (!did_something) return fmt::format("current  {}\n", record.name);
  if (dry_run) return fmt::format("planned  {}: its files are not current\n", record.name);
  const std::string files = record.changed.empty()
                                ? "its files were current"
                                : fmt::format("{}", fmt::join(record.changed, ", "));
  return fmt::format("done     {}: {}{}\n", record.name, files,
                     record.command.empty() ? "" : fmt::format("; `{}` succeeded", record.command));
}

}  // namespace

Result<int> run_copies(const RunCopies& run, const Surroundings& around) {
  auto settings = read_settings(run.config, around);
  if (!settings) return pass_on(settings);
  int code = 0;
  for (const certs::Copy& copy : settings->copies) {
    Errand errand(run, copy, around);
    const CopyRecord record = errand.carry_out();
    const bool keep = errand.did_something() && !run.dry_run;
    if (keep) {
      if (auto kept = write_copy_record(run.records, record); !kept) return pass_on(kept);
    }
    around.console.data(run.api.json ? to_json(record)
                                     : line_of(record, errand.did_something(), run.dry_run));
    if (!record.succeeded()) code = exit_code(ErrorKind::failed);
  }
  if (settings->copies.empty()) around.console.talk("The configuration names no copies.\n");
  return code;
}

Result<int> list_copies(const ListCopies& list, const Surroundings& around) {
  const std::vector<CopyRecord> records = read_copy_records(list.records);
  if (records.empty()) around.console.talk("No copy was ever made here.\n");
  Columns table({"COPY", "STATE", "SINCE", "SHA-256", "COMMAND, OR ERROR"});
  for (const CopyRecord& record : records) {
    if (list.api.json) {
      around.console.data(to_json(record));
      continue;
    }
    table.add({record.name, record.succeeded() ? "current" : "failed", record.when,
               record.certificate.substr(0, 16),
               record.succeeded() ? record.command : record.error});
  }
  if (!table.empty()) around.console.data(table.text());
  return 0;
}

}  // namespace gatehouse::cli
