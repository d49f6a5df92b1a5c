#pragma once

#include "cli/certificate_commands.h"
#include "cli/surroundings.h"

// Verbs that change what is in the certificate store, or take a key out of it.
namespace gatehouse::cli {

Result<int> import_certificates(const ImportCertificates& import, const Surroundings& around);
Result<int> create_certificate(const CreateCertificate& create, const Surroundings& around);
Result<int> request_certificate(const RequestCertificate& request, const Surroundings& around);
Result<int> export_certificate(const ExportCertificate& exported, const Surroundings& around);
Result<int> rename_certificate(const RenameCertificate& rename, const Surroundings& around);
Result<int> remove_certificate(const RemoveCertificate& remove, const Surroundings& around);

}  // namespace gatehouse::cli
