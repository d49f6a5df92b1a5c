#pragma once

#include "certs/authority/authority_store.h"
#include "certs/issuer/ca_certificates.h"

// What every way to issue a certificate has in common; for this room only.
namespace gatehouse::certs {

LeafSpec leaf_spec(const Authority& authority, IssueRequest request);

// What the authority remembers of a certificate that this issuer has signed.
IssuedCertificate entry_of(const crypto::Certificate& leaf, const AuthorityIssuer& issuer,
                           const Cause& cause);

// On the condition that the authority is as it was read: a roll-over in between would have made it
// a certificate of the root before.
void remember(const Authority& authority, const IssuedCertificate& entry, Together& rest);

}  // namespace gatehouse::certs
