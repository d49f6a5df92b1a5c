#pragma once

#include <optional>

#include "base/bytes.h"

namespace gatehouse::crypto {

// Where things lie in a certificate (RFC 5280 section 4.1), for this room only; borrowed. A walk
// over it costs a hundredth of what the library needs to read it.
struct CertificateParts {
  ByteView issuer;      // the content of its Name
  ByteView subject;     // the same
  ByteView extensions;  // the content of their SEQUENCE; empty: there are none
};
// None: the certificate is not as DER wants it, and the library has to say what it makes of it.
std::optional<CertificateParts> parts_of(ByteView certificate);

// Whether it is certain, from their names alone, that `above` has not issued `below`. Names that
// differ in case, blanks or the type of their strings may be the same to the library (RFC 5280
// section 7.1), so that only the letters and digits are compared; nothing is certain of names in
// wide characters.
bool is_surely_not_issued_by(ByteView below, ByteView above);

}  // namespace gatehouse::crypto
