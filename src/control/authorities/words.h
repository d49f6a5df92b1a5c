#pragma once

#include <string>
#include <vector>

#include "api/messages.h"
#include "certs/authority/authority.h"
#include "certs/authority/authority_reader.h"
#include "certs/authority/kept_revocation_list.h"
#include "certs/trust/trust_root.h"

// Authorities as messages of the API.
namespace gatehouse::control {

using Issued = std::vector<certs::KeptIssued>;

std::string_view role_text(crypto::Purpose purpose);  // "serverAuth"

void add(const certs::AuthorityRoot& root, api::AuthorityRoot& to);
void add(const certs::KeptRevocationList& list, api::RevocationList& to);
// Everything but `certificate`, which the store knows.
void add(const certs::IssuedCertificate& issued, const certs::Authority& by, WallTime now,
         api::IssuedRow& to);
void add(const certs::Authority& authority, const Issued& issued, WallTime now,
         api::AuthorityRow& to);

// Those that devices are to trust, as PEM: a retired root is left out when nothing below it lives.
std::string anchors_pem(const certs::Authority& authority, const Issued& issued, WallTime now);

// The same, the active one first.
certs::TrustedCa trusted_ca(const certs::Authority& authority, const Issued& issued, WallTime now);

// What there is to do: sentences.
std::vector<std::string> notes_on(const certs::Authority& authority, const Issued& issued,
                                  WallTime now);

}  // namespace gatehouse::control
