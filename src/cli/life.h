#pragma once

#include <string>

#include "api/messages.h"
#include "base/clock.h"
#include "cli/console.h"

// How old a certificate is, by its own life.
namespace gatehouse::cli {

// "[####......]  41 %"
std::string life_bar(const api::CertificateRow& certificate, const Paint& paint);

// "renews itself, 58 days left", "ends in 3 days", "ended 2 days ago"
std::string life_text(const api::CertificateRow& certificate, WallTime now);

// 22: one that is used has expired; 21: one that is used is due and nobody renews it; else 0.
int exit_code(const google::protobuf::RepeatedPtrField<api::CertificateRow>& certificates);

}  // namespace gatehouse::cli
