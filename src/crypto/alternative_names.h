#pragma once

#include <optional>

#include "base/bytes.h"
#include "crypto/certificate.h"

namespace gatehouse::crypto {

// The servers in the subjectAltName (RFC 5280 section 4.2.1.6) of a certificate, for this room
// only: a walk to that one extension, a tenth of what the library needs, which reads all of the
// certificate. None: the certificate is not as DER wants it, or has names of other kinds than DNS,
// address, URI and mail: the library has to say what it makes of it.
std::optional<CertificateNames> alternative_names(ByteView certificate);

}  // namespace gatehouse::crypto
