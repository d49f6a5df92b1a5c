#pragma once

#include <string>

#include "api/messages.h"
#include "base/clock.h"
#include "cli/console.h"

// What the API says of certificates at rest, for people.
namespace gatehouse::cli {

// What is served, what is stored, what waits; `filtered`: only what is stored was asked for.
std::string stored_certificates_text(const api::ListCertificatesResponse& list, bool filtered,
                                     WallTime now);
std::string certificate_text(const api::GetCertificateResponse& got, WallTime now);
std::string certificate_history_text(const api::CertificateHistoryResponse& history, WallTime now);

// What files held, and what becomes of each part; then refusals and notes.
std::string found_text(const api::ImportCertificatesResponse& response, const Paint& paint);
// One in a line; a long one goes on below, indented.
std::string notes_text(const google::protobuf::RepeatedPtrField<std::string>& notes);

}  // namespace gatehouse::cli
