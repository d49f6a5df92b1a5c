#pragma once

#include <optional>
#include <string_view>

#include "api/messages.h"
#include "config/settle_report.h"
#include "config/site.h"

namespace gatehouse::config {

// Which certificate is written; `at` is the field that holds it. None: there is an error.
std::optional<CertificateChoice> settle_certificate(const api::Certificate& written,
                                                    const FieldPath& at, SettleReport& report);

// The certificate of the store that a text of the command line means, as a configuration says it;
// see certs::Selector::parse().
Result<api::Certificate> certificate_of_selector(std::string_view text);

}  // namespace gatehouse::config
