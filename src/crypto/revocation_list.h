#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/certificate.h"
#include "crypto/private_key.h"

namespace gatehouse::crypto {

// RFC 5280 section 5.3.1, as far as it is of use for certificates of servers and clients: what is
// revoked stays so, so there is no certificateHold.
enum class RevocationReason : unsigned char {
  unspecified = 0,
  key_compromise = 1,
  affiliation_changed = 3,
  superseded = 4,
  cessation_of_operation = 5,
  privilege_withdrawn = 9,
};
// "key-compromise", as people write it.
std::string_view revocation_reason_text(RevocationReason reason);
std::optional<RevocationReason> revocation_reason_of(std::string_view text);
std::vector<std::string_view> revocation_reasons();

struct RevokedCertificate {
  std::string serial;  // lower-case hex
  WallTime when;       // times are rounded down to seconds
  RevocationReason reason = RevocationReason::unspecified;
};

struct RevocationListSpec {
  std::uint64_t number = 1;  // has to rise from list to list
  WallTime this_update;
  WallTime next_update;  // a verifier takes the list until then
  std::vector<RevokedCertificate> revoked;
};

// A certificate revocation list, version 2 (RFC 5280 section 5), in DER, signed by the issuer of
// the certificates on it. Errors: a serial number that is none; the library fails.
Result<Bytes> write_revocation_list(const RevocationListSpec& spec, const Certificate& issuer,
                                    const PrivateKey& issuer_key);

// "X509 CRL".
std::string revocation_list_pem(ByteView der);

}  // namespace gatehouse::crypto
