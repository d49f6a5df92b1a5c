#pragma once

#include "certs/authority/authority_parts.h"
#include "certs/authority/authority_store.h"
#include "certs/issuer/ca_certificates.h"

// What every way to issue a certificate has in common; for this room only.
namespace gatehouse::certs {

LeafSpec leaf_spec(const Authority& authority, IssueRequest request);

// On the condition that the authority is as it was read: a roll-over in between would have made it
// a certificate of the root before.
void remember(const Authority& authority, const IssuedCertificate& entry, Together& rest);

}  // namespace gatehouse::certs
