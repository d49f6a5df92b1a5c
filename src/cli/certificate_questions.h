#pragma once

#include "cli/certificate_commands.h"
#include "cli/surroundings.h"

// Verbs that ask about certificates.
namespace gatehouse::cli {

Result<int> list_certificates(const ListCertificates& list, const Surroundings& around);
Result<int> show_certificate(const ShowCertificate& show, const Surroundings& around);
Result<int> show_certificate_history(const ShowCertificateHistory& show,
                                     const Surroundings& around);

// As the API takes it.
void add(const CertificateChoice& choice, api::CertificateSelector& to);

}  // namespace gatehouse::cli
