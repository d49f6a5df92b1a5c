#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "certs/trust/trust_root.h"
#include "crypto/identity.h"
#include "io/task.h"

namespace gatehouse::control {

// The CAs that administrators made, as those see them who are to trust them. Control thread only.
class NamedCas {
 public:
  virtual ~NamedCas() = default;

  // Errors: not_found.
  virtual io::Task<Result<certs::TrustedCa>> ca(std::string name) = 0;
  // A certificate with a new key that lives for so long, for the live test of the trust page; names
  // that the CA may not certify are left out. Errors: not_permitted, none is left; those of
  // issuing.
  virtual io::Task<Result<crypto::Identity>> probe(std::string name, crypto::CertificateNames names,
                                                   std::chrono::seconds life) = 0;
};

}  // namespace gatehouse::control
