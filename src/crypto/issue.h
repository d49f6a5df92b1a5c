#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/server_name.h"
#include "crypto/certificate.h"
#include "crypto/name_constraints.h"
#include "crypto/private_key.h"

namespace gatehouse::crypto {

enum class Purpose { server, client };

// What to write into a certificate. The serial number is random (126 bits), the key identifiers
// come from the keys, key usage from the role.
struct CertificateSpec {
  std::string common_name;   // cut to the 64 bytes that X.520 allows
  std::string organization;  // likewise; left out when empty
  std::vector<NamePattern> names;
  WallTime not_before;  // both are rounded down to seconds
  WallTime not_after;
  std::optional<Purpose> purpose;              // extended key usage
  std::optional<int> ca_path_length;           // makes it a CA with at most so many CAs below
  std::optional<NameConstraints> constraints;  // of a CA
};

// A certificate for the public half of `key`, signed by the issuer. Whether the issuer may is the
// caller's question.
Result<Certificate> issue(const CertificateSpec& spec, const PrivateKey& key,
                          const Certificate& issuer, const PrivateKey& issuer_key);

// The same for the key of a request; what the request asks for is the caller's to grant.
class CertificateRequest;
Result<Certificate> issue(const CertificateSpec& spec, const CertificateRequest& request,
                          const Certificate& issuer, const PrivateKey& issuer_key);

// The same, signed by itself.
Result<Certificate> issue_self_signed(const CertificateSpec& spec, const PrivateKey& key);

}  // namespace gatehouse::crypto
