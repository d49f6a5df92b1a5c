#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "certs/authority/authority_store.h"
#include "certs/machine_names.h"
#include "certs/renewal/default_records.h"
#include "certs/store/certificate_store.h"
#include "certs/store/state_folder.h"
#include "crypto/identity.h"
#include "crypto/name_constraints.h"

namespace gatehouse::certs {

struct DefaultPlan;

// What the machine is to be known as.
struct DefaultIdentityRequest {
  MachineNames machine;
  std::vector<NamePattern> hosts;  // --host
  crypto::NameConstraints permit;  // --permit; counts when the local CA is made
  AuthorityLives lives;            // so does this
};

// What is served when nobody brought a certificate.
struct DefaultIdentity {
  // Of the local CA: localhost, 127.0.0.1, ::1, the names and addresses of the machine, and the
  // hosts that the CA may certify.
  crypto::Identity identity;
  // Of the other hosts, in one certificate that vouches for itself.
  std::optional<crypto::Identity> self_signed;
  DefaultRecords records;  // of the store; none in a store that cannot be written
  crypto::Certificate anchor;
  // Of the local CA, for servers: signs what is shown to this machine's own clients for a while and
  // kept nowhere.
  std::shared_ptr<const crypto::Identity> issuer;
  std::filesystem::path anchor_file;  // public; what devices are told to trust
  std::vector<std::string> notices;   // sentences for the person who runs it
  WallTime renew_at;                  // when the first certificate of the chain or beside it is due

  // Time to call ensure() again. Names are compared there, not here.
  bool due(WallTime now) const;
};

// Keeps the default identity and the machine's CA, of which it is, in the store.
class DefaultIdentityKeeper {
 public:
  struct Parts {
    std::filesystem::path state;  // its folder has the copies that others read
    kv::Store& entries;
    CertificateStore& certificates;
    AuthorityStore& authorities;
    const Clock& clock;
    // Keep identities/default.pem, with the key in the clear: not where the store's master secret
    // rests outside of the folder, because the file would give away what that protects.
    bool copy_key = true;
    BeforeStep before_step = {};
  };
  // Borrows what Parts refers to.
  explicit DefaultIdentityKeeper(Parts parts) : parts_(std::move(parts)) {}

  // Makes, at the first call, a CA and a certificate, or takes them over from the files of a
  // version before the store; later gives back what is kept, renewed when two thirds of its life
  // are over or when the names have changed. All of it in one transaction, and none where nothing
  // is to be changed. The root is never replaced: a damaged, lost or ended one is an error that
  // says what to do. What cannot be written leaves in force what is kept, as long as it is valid.
  // Blocks on the disk for the copies in files. Errors: those of the store and of the folder.
  io::Task<Result<DefaultIdentity>> ensure(DefaultIdentityRequest request, io::Deadline deadline);

  // For sentences: "the default identity", if it is a part of that as ensure() last found it.
  std::vector<std::string> users(const RecordId& id) const;

 private:
  DefaultIdentity finish(DefaultPlan plan, const StateFolder& folder);
  std::vector<std::string> bring_copies_up(const StateFolder& folder,
                                           const DefaultPlan& plan) const;

  Parts parts_;
  DefaultRecords in_use_;
};

}  // namespace gatehouse::certs
