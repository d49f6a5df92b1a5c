#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/messages.h"
#include "certs/record.h"
#include "certs/store/history.h"
#include "certs/store/requests.h"
#include "crypto/exchange/pairing.h"

// What is in the store as messages of the API. None of them holds a key.
namespace gatehouse::control {

api::StoredCertificate message(const certs::Record& record, WallTime now,
                               const std::vector<std::string>& users);
api::PendingRequest message(const certs::PendingRequest& pending);
api::CertificateHistoryEntry message(const certs::HistoryEntry& entry, WallTime now);
api::FoundItem found_item(std::string_view kind, const crypto::Certificate& certificate);
std::string_view refusal_text(crypto::Refusal::Kind kind);

// "files.example.com, www.example.org and 3 more"; the subject where there are no names.
std::string names_text(const certs::Record& record);
// `"files" (files.example.com, ECDSA P-256, until 2027-02-18)`.
std::string sentence_of(const certs::Record& record);

void add_step(api::ChangeResponse& change, std::string text, bool dry_run);

// What the API calls "serverAuth" and "clientAuth"; none for "". Errors: another text.
Result<std::optional<certs::Role>> role_of(std::string_view text);
// None for "".
Result<std::optional<certs::Shelf>> shelf_named(std::string_view text);
// The machine for "".
Result<certs::Owner> owner_named(std::string_view text);
// Errors: no text that the history takes; see certs::check().
certs::Cause cause_of(std::string who, std::string_view why, std::string_view otherwise);

}  // namespace gatehouse::control
