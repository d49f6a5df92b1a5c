#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "certs/issuer/local_ca.h"
#include "certs/machine_names.h"
#include "certs/store/state_folder.h"
#include "crypto/identity.h"
#include "crypto/name_constraints.h"

namespace gatehouse::certs {

// What the machine is to be known as.
struct DefaultIdentityRequest {
  MachineNames machine;
  std::vector<NamePattern> hosts;  // --host
  crypto::NameConstraints permit;  // --permit; counts when the local CA is made
  CertificateLives lives;
};

// What is served when nobody brought a certificate.
struct DefaultIdentity {
  // Of the local CA: localhost, 127.0.0.1, ::1, the names and addresses of the machine, and the
  // hosts that the CA may certify.
  crypto::Identity identity;
  // Of the other hosts, in one certificate that vouches for itself.
  std::optional<crypto::Identity> self_signed;
  crypto::Certificate anchor;
  std::filesystem::path anchor_file;  // public; what devices are told to trust
  std::vector<std::string> notices;   // sentences for the person who runs it
  WallTime renew_at;                  // when the first certificate of the chain or beside it is due

  // Time to call ensure_default_identity() again. Names are compared there, not here.
  bool due(WallTime now) const;
};

// Makes, at the first call, a local CA and a certificate; later gives back what is kept, renewed
// when two thirds of its life are over or when the names have changed. The root is never replaced:
// a damaged or missing one is an error that says what to do. A failure, or the end of the process
// at any moment, leaves the folder in a state that the next call continues from; several processes
// may call at once. Takes the writer's lock only when there is something to write, so a read-only
// folder serves until something is due. Blocks on the disk.
//
//   identities/default.pem      key and chain        identities/default.crt   its chain
//   identities/self-signed.pem  the same for hosts that the CA may not certify
//   ca/root.pem, ca/server.pem  the CA               ca/root.crt              the anchor
Result<DefaultIdentity> ensure_default_identity(const StateFolder& folder,
                                                const DefaultIdentityRequest& request,
                                                const Clock& clock);

}  // namespace gatehouse::certs
