#include "config/copy_settings.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/values.h"
#include "config/certificate_choice.h"
#include "config/values.h"

namespace gatehouse::config {
namespace {

using certs::Part;

struct PartField {
  Part part;
  const std::string& (api::Copy::*written)() const;
};
constexpr auto kParts = std::to_array<PartField>({
    {Part::certificate, &api::Copy::certificate_file},
    {Part::chain, &api::Copy::chain},
    {Part::fullchain, &api::Copy::fullchain},
    {Part::key, &api::Copy::key},
    {Part::combined, &api::Copy::combined},
});

constexpr int kMostWords = 64;

// Octal, without anything for others.
Result<unsigned> parse_key_mode(std::string_view text) {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (whole && mode <= 0770 && (mode & 0400) != 0 && (mode & 07) == 0) return mode;
  return fail(
      Fault::operator_input,
      fmt::format("{} is no mode for a file with a private key. Write \"0600\", or \"0640\" "
                  "for a group; others never get any right.",
                  in_quotes(text)),
      ErrorKind::invalid);
}

Result<std::string> parse_user(std::string_view text) {
  auto account = parse_account(text);
  if (account && !account->starts_with('@')) return account;
  return fail(Fault::operator_input,
              fmt::format("{} is no name of a user or group.", in_quotes(text)),
              ErrorKind::invalid);
}

void settle_files(const api::Copy& written, const FieldPath& at, SettleReport& report,
                  certs::Copy& copy) {
  for (const PartField& field : kParts) {
    const std::string& text = (written.*field.written)();
    if (text.empty()) continue;
    const FieldPath here = at.field(certs::part_text(field.part));
    auto path = report.take("GH3141", here, parse_file(text));
    if (!path) continue;
    if (std::ranges::find(copy.files, *path, &certs::Copy::File::path) != copy.files.end()) {
      report.error("GH3141", here,
                   fmt::format("`{}` is written by two fields. A file holds one thing.", text));
      continue;
    }
    copy.files.push_back({field.part, std::move(*path)});
  }
  if (!copy.files.empty()) return;
  report.error("GH3140", at,
               "the copy names no file. Write at least one of `fullchain`, `key`, `combined`, "
               "`certificate_file` and `chain`.");
}

void settle_selector(const api::Copy& written, const FieldPath& at, SettleReport& report,
                     certs::Copy& copy) {
  if (!written.has_certificate()) return;
  const api::StoredCertificateChoice& stored = written.certificate();
  api::Certificate same;
  same.set_name(stored.name());
  same.set_thumbprint(stored.thumbprint());
  same.set_subject(stored.subject());
  same.set_san(stored.san());
  if (!settle_certificate(same, at, report)) return;
  const std::array<std::pair<std::string_view, const std::string&>, 4> all{
      {{"name", stored.name()},
       {"thumbprint", stored.thumbprint()},
       {"subject", stored.subject()},
       {"san", stored.san()}}};
  for (const auto& [kind, text] : all) {
    if (!text.empty()) copy.certificate = fmt::format("{}:{}", kind, text);
  }
}

void settle_command(const api::Copy& written, const FieldPath& at, SettleReport& report,
                    certs::Copy& copy) {
  const auto& words = written.run();
  if (words.size() > kMostWords) {
    report.error("GH3142", at.field("run"),
                 "a command has at most 64 words. Write a script, and run that.");
    return;
  }
  copy.run.assign(words.begin(), words.end());
}

}  // namespace

certs::Copy settle_copy(const std::string& name, const api::Copy& written, const FieldPath& at,
                        SettleReport& report) {
  certs::Copy copy;
  copy.name = name;
  report.take("GH3101", at, parse_key(name));
  settle_selector(written, at.field("certificate"), report, copy);
  settle_files(written, at, report, copy);
  const auto take = [&]<class Value>(const std::string& text, std::string_view field,
                                     Result<Value> (*parse)(std::string_view), Value& to) {
    if (text.empty()) return;
    if (auto value = report.take("GH3143", at.field(field), parse(text))) to = std::move(*value);
  };
  take(written.owner(), "owner", &parse_user, copy.owner);
  take(written.group(), "group", &parse_user, copy.group);
  take(written.mode(), "mode", &parse_key_mode, copy.mode);
  take(written.timeout(), "timeout", &parse_duration, copy.timeout);
  settle_command(written, at, report, copy);
  return copy;
}

}  // namespace gatehouse::config
