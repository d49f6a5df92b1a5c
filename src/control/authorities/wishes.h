#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/messages.h"
#include "base/result.h"
#include "certs/authority/authority_store.h"
#include "certs/machine_names.h"
#include "crypto/exchange/passphrase.h"
#include "crypto/request.h"
#include "crypto/revocation_list.h"

// What requests of the API ask for, as valid values. Errors: usage, and what is wrong.
namespace gatehouse::control {

// Of a CA: clients do not take Ed25519 there.
Result<certs::NewAuthority> wanted_authority(const api::InitAuthorityRequest& request,
                                             const certs::MachineNames& machine);

// One for all names, or one for each.
Result<std::vector<certs::IssueRequest>> wanted_certificates(const api::IssueRequest& request);

Result<crypto::Purpose> wanted_purpose(const api::IssueRequest& request);
// None: as the CA does.
Result<std::optional<std::chrono::seconds>> wanted_life(const api::IssueRequest& request);
// `names` is not empty: of a server, or what a client is called and then what it speaks for.
Result<certs::IssueRequest> wanted_for(crypto::Purpose purpose, std::span<const std::string> names);

// A certificate for the key of a request.
struct Certification {
  crypto::CertificateRequest request;
  certs::IssueRequest wanted;
  std::vector<std::string> notes = {};  // what the request asks for and does not get: sentences
};
// Its names are those that are given, else those of the request. Errors also: invalid, a damaged
// request, a key that is too weak or of no use, no name.
Result<Certification> wanted_certification(const api::IssueRequest& request);

Result<crypto::RevocationReason> wanted_reason(const std::string& text);

// Strong enough for a key that leaves the machine.
Result<crypto::Passphrase> wanted_passphrase(const std::string& text);

// A thumbprint, or its beginning, without what people put between its digits.
Result<std::string> wanted_digits(const std::string& text);

}  // namespace gatehouse::control
