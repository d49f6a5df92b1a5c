#pragma once

#include <cstdint>

#include "certs/record.h"
#include "io/task.h"
#include "io/wait.h"
#include "tls/credential.h"

namespace gatehouse::certs {

// An identity of the store, read and parsed: what a handshake needs of it.
struct LoadedCredential {
  tls::CredentialPtr credential = nullptr;
  crypto::CertificateNames names = {};  // of the leaf
  std::uint64_t tag = 0;                // of the leaf: see tag_of()
  std::size_t bytes = 0;                // about what it costs in memory
};

// Where a thread's handshakes get the identities that are not in its memory. Of one reactor; never
// blocks it.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // Errors: it is not there (any more), it or its key is damaged, it took too long.
  virtual io::Task<Result<LoadedCredential>> load(RecordId id, io::Deadline deadline) = 0;
};

}  // namespace gatehouse::certs
