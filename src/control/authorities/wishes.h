#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/messages.h"
#include "base/result.h"
#include "certs/authority/authority_store.h"
#include "certs/machine_names.h"
#include "crypto/exchange/passphrase.h"
#include "crypto/revocation_list.h"

// What requests of the API ask for, as valid values. Errors: usage, and what is wrong.
namespace gatehouse::control {

// Of a CA: clients do not take Ed25519 there.
Result<certs::NewAuthority> wanted_authority(const api::InitAuthorityRequest& request,
                                             const certs::MachineNames& machine);

// One for all names, or one for each.
Result<std::vector<certs::IssueRequest>> wanted_certificates(const api::IssueRequest& request);

Result<crypto::RevocationReason> wanted_reason(const std::string& text);

// Strong enough for a key that leaves the machine.
Result<crypto::Passphrase> wanted_passphrase(const std::string& text);

// A thumbprint, or its beginning, without what people put between its digits.
Result<std::string> wanted_digits(const std::string& text);

}  // namespace gatehouse::control
