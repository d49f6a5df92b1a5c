#include "config/certificate_choice.h"

#include <array>

#include <fmt/format.h>

#include "config/values.h"

namespace gatehouse::config {
namespace {

std::optional<CertificateFiles> settle_files(const api::CertificateFiles& pair, const FieldPath& at,
                                             SettleReport& report) {
  if (pair.certificate().empty() && pair.key().empty()) {
    report.error("GH3114", at,
                 "`files` names no file. Write `certificate: {files: {certificate: "
                 "/etc/ssl/files.crt, key: /etc/ssl/private/files.key}}`.");
    return std::nullopt;
  }
  if (pair.key().empty()) {
    report.error("GH3114", at,
                 "the certificate has no key. Write the file of its private key beside it, as "
                 "`key: /etc/ssl/private/files.key`.");
    return std::nullopt;
  }
  if (pair.certificate().empty()) {
    report.error("GH3114", at,
                 "the key has no certificate. Write the file of the certificate that it belongs "
                 "to beside it, as `certificate: /etc/ssl/files.crt`.");
    return std::nullopt;
  }
  auto certificate = report.take("GH3115", at.field("certificate"), parse_file(pair.certificate()));
  auto key = report.take("GH3115", at.field("key"), parse_file(pair.key()));
  if (!certificate || !key) return std::nullopt;
  return CertificateFiles{std::move(*certificate), std::move(*key)};
}

using ReadSelector = Result<certs::Selector> (*)(std::string_view text);
struct Spelling {
  const char* field;
  const std::string& (api::Certificate::*written)() const;
  void (*write)(api::Certificate& to, std::string text);
  ReadSelector read;
};
constexpr auto kSpellings = std::to_array<Spelling>({
    {"name", &api::Certificate::name,
     [](api::Certificate& to, std::string text) { to.set_name(std::move(text)); },
     &certs::Selector::by_name},
    {"thumbprint", &api::Certificate::thumbprint,
     [](api::Certificate& to, std::string text) { to.set_thumbprint(std::move(text)); },
     &certs::Selector::by_thumbprint},
    {"subject", &api::Certificate::subject,
     [](api::Certificate& to, std::string text) { to.set_subject(std::move(text)); },
     &certs::Selector::by_subject},
    {"san", &api::Certificate::san,
     [](api::Certificate& to, std::string text) { to.set_san(std::move(text)); },
     &certs::Selector::by_san},
});

std::string text_of_one(const SingleCertificate& one) {
  if (const auto* files = std::get_if<CertificateFiles>(&one)) {
    return fmt::format("the certificate in {}", files->certificate.string());
  }
  return fmt::format("the certificate with the {}", std::get<certs::Selector>(one).text());
}

}  // namespace

std::string text(const CertificateChoice& choice) {
  if (!choice.second) return text_of_one(choice.first);
  return fmt::format("{} and {}", text_of_one(choice.first), text_of_one(*choice.second));
}

std::optional<SingleCertificate> settle_certificate(const api::Certificate& written,
                                                    const FieldPath& at, SettleReport& report) {
  std::optional<SingleCertificate> choice;
  std::string_view first = written.has_files() ? "files" : "";
  if (written.has_files()) choice = settle_files(written.files(), at.field("files"), report);
  for (const Spelling& one : kSpellings) {
    const std::string& text = (written.*one.written)();
    if (text.empty()) continue;
    if (!first.empty()) {
      report.error("GH3118", at.field(one.field),
                   fmt::format("`{}` and `{}` both say which certificate. Leave one of them out.",
                               first, one.field));
      return std::nullopt;
    }
    first = one.field;
    choice = report.take("GH3119", at.field(one.field), one.read(text));
  }
  if (!first.empty()) return choice;
  report.error("GH3114", at,
               "`certificate` does not say which. Write `certificate: {name: files}` for one of "
               "the store, `certificate: {files: {certificate: /etc/ssl/files.crt, key: "
               "/etc/ssl/private/files.key}}` for a pair of files, or leave it out for the default "
               "identity.");
  return std::nullopt;
}

std::optional<CertificateChoice> settle_certificates(const api::Certificate* first,
                                                     const api::Certificate* second,
                                                     const FieldPath& of, SettleReport& report) {
  const FieldPath at_second = of.field("second_certificate");
  std::optional<SingleCertificate> one;
  std::optional<SingleCertificate> other;
  if (first != nullptr) one = settle_certificate(*first, of.field("certificate"), report);
  if (second != nullptr) other = settle_certificate(*second, at_second, report);
  if (second != nullptr && first == nullptr) {
    report.error("GH3124", at_second,
                 "there is no first certificate for it to stand beside. Write `certificate` "
                 "instead, or say both.");
  }
  if (one && one == other) {
    report.error("GH3124", at_second,
                 "the second certificate is the first one. Choose one whose key is of another "
                 "kind, or leave it out.");
  }
  if (!one) return std::nullopt;
  return CertificateChoice{std::move(*one), std::move(other)};
}

Result<api::Certificate> certificate_of_selector(std::string_view text) {
  if (auto read = certs::Selector::parse(text); !read) return pass_on(read);
  api::Certificate certificate;
  for (const Spelling& one : kSpellings) {
    const std::string prefix = fmt::format("{}:", one.field);
    if (!text.starts_with(prefix)) continue;
    one.write(certificate, std::string(text.substr(prefix.size())));
    return certificate;
  }
  const auto selector = certs::Selector::parse(text);
  kSpellings.at(selector->kind().index()).write(certificate, std::string(text));
  return certificate;
}

}  // namespace gatehouse::config
