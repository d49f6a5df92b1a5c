#pragma once

#include <optional>
#include <string_view>

#include "api/messages.h"
#include "config/settle_report.h"
#include "config/site.h"

namespace gatehouse::config {

// Which certificate is written; `at` is the field that holds it. None: there is an error.
std::optional<SingleCertificate> settle_certificate(const api::Certificate& written,
                                                    const FieldPath& at, SettleReport& report);

// Which certificates are written in the fields `certificate` and `second_certificate` of a site or
// binding `of`; nullptr: the field is not there. None: there is none, or an error.
std::optional<CertificateChoice> settle_certificates(const api::Certificate* first,
                                                     const api::Certificate* second,
                                                     const FieldPath& of, SettleReport& report);
// The same of what was written in both.
template <class Written>
std::optional<CertificateChoice> settle_certificates(const Written& written, const FieldPath& of,
                                                     SettleReport& report) {
  return settle_certificates(
      written.has_certificate() ? &written.certificate() : nullptr,
      written.has_second_certificate() ? &written.second_certificate() : nullptr, of, report);
}

// The certificate of the store that a text of the command line means, as a configuration says it;
// see certs::Selector::parse().
Result<api::Certificate> certificate_of_selector(std::string_view text);

}  // namespace gatehouse::config
