#pragma once

#include <optional>

#include "api/messages.h"
#include "certs/store/requests.h"
#include "crypto/identity.h"

// Keys, certificates and requests as the API asks for them. Blocks for the making of the key: an
// RSA key of 4096 bits may take seconds. Any thread.
namespace gatehouse::control {

struct NewIdentity {
  crypto::Identity identity;
  std::optional<certs::RecordName> name;
  certs::Owner owner;
};

// Errors: usage and invalid, what is wrong with the request; those of the library.
Result<NewIdentity> make_self_signed(const api::CreateCertificateRequest& request, WallTime now);
Result<certs::NewRequest> make_request(const api::RequestCertificateRequest& request);

}  // namespace gatehouse::control
